#include "python/bindings/Bindings.hpp"
#include <poplar/Target.hpp>
#include <poplar/TargetType.hpp>

namespace popgraph::python {

void bindTarget(py::module_ &module) {
  using poplar::Target;
  using poplar::TargetType;
  py::enum_<TargetType>(module, "TargetType", "What runs a program.")
      .value("IPU", TargetType::IPU, "An IPU device.")
      .value("IPU_MODEL", TargetType::IPU_MODEL, "A model of an IPU, with numbers of the user's choice.")
      .value("CPU", TargetType::CPU, "The host's processor, as one tile with one worker.");
  py::class_<Target>(module, "Target", "What a program is compiled for: a number of IPUs of a kind, or the CPU.")
      .def_static("create_cpu_target", [] { return Target::createCPUTarget(); }, "The host's processor.")
      .def_static(
          "create_ipu_target",
          [](unsigned numIpus, const std::string &systemType, unsigned tilesPerIpu) {
            if (tilesPerIpu) return Target::createIPUTarget(numIpus, tilesPerIpu, systemType);
            return Target::createIPUTarget(numIpus, systemType);
          },
          py::arg("num_ipus") = 1, py::arg("system_type") = "", py::arg("tiles_per_ipu") = 0,
          "IPUs of the kind that `system_type` names ('ipu2', 'bow', '' for the environment's); `tiles_per_ipu` other "
          "than 0 makes them smaller.")
      .def_property_readonly("target_type", &Target::getTargetType)
      .def_property_readonly("target_system", &Target::getTargetSystemString, "'gc200', 'bow', 'cpu', ...")
      .def_property_readonly("num_ipus", &Target::getNumIPUs)
      .def_property_readonly("tiles_per_ipu", &Target::getTilesPerIPU)
      .def_property_readonly("num_tiles", &Target::getNumTiles, "Tiles of all IPUs.")
      .def_property_readonly("num_worker_contexts", &Target::getNumWorkerContexts, "Workers of a tile.")
      .def_property_readonly("bytes_per_tile", &Target::getBytesPerTile)
      .def_property_readonly("memory_bytes", &Target::getMemoryBytes, "Bytes of all tiles.")
      .def_property_readonly("tile_clock_frequency", &Target::getTileClockFrequency, "Hz.")
      .def("get_type_size", &Target::getTypeSize, py::arg("type"), "Bytes of one element in device memory.")
      .def("get_vector_width", &Target::getVectorWidth, py::arg("type"), "Elements one instruction computes on.")
      .def("__eq__", [](const Target &a, const Target &b) { return a == b; }, py::is_operator())
      .def("__hash__", &Target::hash);
}

} // namespace popgraph::python
