#include "python/bindings/Bindings.hpp"
#include <poplar/Program.hpp>

namespace popgraph::python {

void bindProgram(py::module_ &module) {
  using namespace poplar::program;
  using poplar::ComputeSet;
  using poplar::DataStream;
  using poplar::Tensor;
  const auto name = py::arg("name") = "";

  py::class_<ComputeSet>(module, "ComputeSet", "A set of vertices that run in one superstep.")
      .def_property_readonly("id", &ComputeSet::getId);
  py::class_<poplar::Function>(module, "Function", "A program that is stored once and may be called.");
  py::class_<DataStream>(module, "DataStream", "A stream between host and device.")
      .def_property_readonly("handle", &DataStream::handle)
      .def_property_readonly("num_elements", &DataStream::numElements, "Elements moved by one copy.")
      .def_property_readonly("element_type", &DataStream::elementType)
      .def_property_readonly("is_host_to_device", &DataStream::isHostToDevice);

  py::class_<Program>(module, "Program", "A step of a control program. One made by itself does nothing.")
      .def(py::init<>())
      .def_property_readonly("is_empty", &Program::isEmpty);
  py::class_<Sequence, Program>(module, "Sequence", "Programs one after the other.")
      .def(py::init([](const py::args &programs, const std::string &name) {
             Sequence sequence{poplar::DebugContext(name)};
             for (const py::handle &entry : programs) {
               if (py::isinstance<Program>(entry)) sequence.add(entry.cast<Program>());
               else
                 for (const py::handle &program : entry) sequence.add(program.cast<Program>());
             }
             return sequence;
           }),
           name, "Sequence(a, b, ...) or Sequence([a, b, ...]).")
      .def("add", &Sequence::add, py::arg("program"), "Appends a program as it is now.");
  py::class_<Execute, Program>(module, "Execute", "Runs all vertices of a compute set.")
      .def(py::init([](ComputeSet set, const std::string &name) { return Execute(set, name); }),
           py::arg("compute_set"), name);
  py::class_<Copy, Program>(module, "Copy", "Copy(source, destination): tensors, or one tensor and one stream.")
      .def(py::init([](const Tensor &source, const Tensor &to, const std::string &name) { return Copy(source, to, name); }),
           py::arg("source"), py::arg("destination"), name)
      .def(py::init([](const DataStream &from, const Tensor &to, const std::string &name) {
             return Copy(from, to, false, name);
           }),
           py::arg("stream"), py::arg("destination"), name)
      .def(py::init([](const Tensor &from, const DataStream &to, const std::string &name) {
             return Copy(from, to, false, name);
           }),
           py::arg("source"), py::arg("stream"), name);
  py::class_<Repeat, Program>(module, "Repeat", "Runs a program a number of times.")
      .def(py::init([](unsigned count, const Program &body, const std::string &name) { return Repeat(count, body, name); }),
           py::arg("count"), py::arg("body"), name);
  py::class_<RepeatWhileTrue, Program>(module, "RepeatWhileTrue",
                                       "Runs `condition`; while the predicate holds, runs `body` and `condition` again.")
      .def(py::init([](const Program &condition, const Tensor &predicate, const Program &body, const std::string &name) {
             return RepeatWhileTrue(condition, predicate, body, name);
           }),
           py::arg("condition"), py::arg("predicate"), py::arg("body"), name);
  py::class_<If, Program>(module, "If", "Runs one of two programs by a predicate of one element.")
      .def(py::init([](const Tensor &predicate, const Program &yes, const Program &no, const std::string &name) {
             return If(predicate, yes, no, name);
           }),
           py::arg("predicate"), py::arg("true_body"), py::arg("false_body") = Program(), name);
  py::class_<Call, Program>(module, "Call", "Runs a function made by Graph.add_function.")
      .def(py::init([](poplar::Function function, const std::string &name) { return Call(function, name); }),
           py::arg("function"), name);
  py::class_<PrintTensor, Program>(module, "PrintTensor", "Prints a tensor as 'title: [...]' to stderr.")
      .def(py::init([](const std::string &title, const Tensor &tensor) { return PrintTensor(title, tensor); }),
           py::arg("title"), py::arg("tensor"))
      .def(py::init([](const Tensor &tensor) { return PrintTensor(tensor); }), py::arg("tensor"));
}

} // namespace popgraph::python
