#include "python/bindings/Bindings.hpp"
#include <poplar/Device.hpp>
#include <poplar/DeviceManager.hpp>
#include <poplar/IPUModel.hpp>

namespace popgraph::python {

void bindDevice(py::module_ &module) {
  using poplar::Device;
  using poplar::DeviceManager;
  using poplar::IPUModel;
  py::class_<Device>(module, "Device", "Something that runs programs.")
      .def_static("create_cpu_device", [] { return Device::createCPUDevice(); }, "The host's processor.")
      .def_static("create_simulator_device", [](const poplar::Target &t) { return Device::createSimulatorDevice(t); },
                  py::arg("target"), "A simulated IPU of any target of type IPU.")
      .def_property_readonly("target", &Device::getTarget, py::return_value_policy::copy,
                             "What programs must be compiled for to run here.")
      .def_property_readonly("id", &Device::getId)
      .def("attach", &Device::attach, "Takes the device; False when somebody else has it.")
      .def("detach", &Device::detach)
      .def_property_readonly("is_attached", &Device::isAttached)
      .def_property_readonly("attributes", &Device::getAttributes, "Facts about the device, as a dict of texts.");
  py::class_<DeviceManager>(module, "DeviceManager", "The machine's devices.")
      .def(py::init<>())
      .def_property_readonly("num_devices", &DeviceManager::getNumDevices)
      .def(
          "get_devices",
          [](const DeviceManager &manager, poplar::TargetType type, unsigned numIpus, const py::dict &options) {
            py::list result;
            for (Device &device : manager.getDevices(type, numIpus, optionsOf(options)))
              result.append(py::cast(std::move(device)));
            return result;
          },
          py::arg("target_type") = poplar::TargetType::IPU, py::arg("num_ipus") = 1, py::arg("options") = py::dict(),
          "The devices of a type with that many IPUs.")
      .def("get_device", [](const DeviceManager &manager, unsigned id) { return manager.getDevice(id); },
           py::arg("id"));
  py::class_<IPUModel>(module, "IPUModel", "A model of IPUs whose numbers can be changed before a device is made of it.")
      .def(py::init([](const std::string &version) { return IPUModel(version.c_str()); }), py::arg("version") = "ipu2")
      .def_readwrite("num_ipus", &IPUModel::numIPUs)
      .def_readwrite("tiles_per_ipu", &IPUModel::tilesPerIPU)
      .def_readwrite("num_worker_contexts", &IPUModel::numWorkerContexts)
      .def_readwrite("memory_bytes_per_tile", &IPUModel::memoryBytesPerTile)
      .def_readwrite("tile_clock_frequency", &IPUModel::tileClockFrequency, "Hz.")
      .def_readwrite("exchange_bytes_per_cycle", &IPUModel::exchangeBytesPerCycle)
      .def("create_device",
           [](const IPUModel &model, const py::dict &options) { return model.createDevice(optionsOf(options)); },
           py::arg("options") = py::dict(), "A device with these numbers.");
}

} // namespace popgraph::python
