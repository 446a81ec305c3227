#include <blas1.hpp>
#include <poplar/IPUModel.hpp>

poplar::Device blas1::openDevice(const std::string &kind) {
  if (kind == "cpu") return poplar::Device::createCPUDevice();
  poplar::IPUModel model;
  model.tilesPerIPU = 7;
  return model.createDevice();
}
