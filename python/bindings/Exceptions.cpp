#include "python/bindings/Bindings.hpp"
#include <poplar/exceptions.hpp>
#include <poputil/exceptions.hpp>

namespace popgraph::python {

void bindExceptions(py::module_ &module) {
  using namespace poplar;
  // Names are those of Poplar. The one registered last is asked first, so a base stands before what derives from it.
  py::register_exception<poplar_error>(module, "poplar_error", PyExc_RuntimeError);
#define DERIVED(NAME, BASE) py::register_exception<NAME>(module, #NAME, module.attr(#BASE));
  DERIVED(graph_program_compilation_error, poplar_error)
  DERIVED(graph_object_creation_error, poplar_error)
  DERIVED(no_environment, poplar_error)
  DERIVED(unknown_vertex_type, poplar_error)
  DERIVED(control_program_error, poplar_error)
  DERIVED(type_error, poplar_error)
  DERIVED(index_error, poplar_error)
  DERIVED(no_size_specified, poplar_error)
  DERIVED(graph_connection_error, poplar_error)
  DERIVED(graph_cycle_error, poplar_error)
  DERIVED(graph_recursion_error, poplar_error)
  DERIVED(graph_replication_error, poplar_error)
  DERIVED(profiling_disabled, poplar_error)
  DERIVED(missing_perf_estimate, poplar_error)
  DERIVED(invalid_tile_mapping, poplar_error)
  DERIVED(tensor_creation_error, poplar_error)
  DERIVED(tensor_io_state_error, poplar_error)
  DERIVED(stream_connection_error, poplar_error)
  DERIVED(overflow_error, poplar_error)
  DERIVED(invalid_machine_model, poplar_error)
  DERIVED(invalid_option, poplar_error)
  DERIVED(parse_error, poplar_error)
  DERIVED(unknown_field, poplar_error)
  DERIVED(graph_memory_allocation_error, poplar_error)
  DERIVED(link_error, poplar_error)
  DERIVED(file_load_error, poplar_error)
  DERIVED(runtime_error, poplar_error)
  DERIVED(application_runtime_error, runtime_error)
  DERIVED(system_runtime_error, runtime_error)
#undef DERIVED
  py::register_exception<poputil::poplibs_error>(module, "poplibs_error", PyExc_RuntimeError);
}

} // namespace popgraph::python
