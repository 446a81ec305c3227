#include "python/bindings/Bindings.hpp"
#include <poplar/Engine.hpp>
#include <poplar/exceptions.hpp>
#include <sstream>
#include <variant>

namespace popgraph::python {
namespace {

std::string known(const std::map<std::string, HostTensor> &names) {
  std::string text;
  for (const auto &[name, tensor] : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

const HostTensor &find(const std::map<std::string, HostTensor> &names, const std::string &handle, const char *what) {
  const auto found = names.find(handle);
  if (found == names.end())
    throw poplar::tensor_io_state_error("there is no " + std::string(what) + " '" + handle + "'; there are: " + known(names));
  return found->second;
}

class PyEngine {
public:
  PyEngine(const PyGraph &graph, const std::vector<poplar::program::Program> &programs, const py::dict &options)
      : names_(*graph.names), engine_(graph.graph, programs, optionsOf(options)) {}

  void load(const poplar::Device &device) { engine_.load(device); }

  void run(unsigned program, const std::string &name) {
    const py::gil_scoped_release released;
    engine_.run(program, name);
  }

  /// Any array of the right shape, or of the right count when it is flat, converted to the tensor's type.
  void write(const std::string &handle, const py::object &values) {
    const HostTensor &tensor = find(names_.writes, handle, "host write");
    const py::dtype type = dtypeOf(tensor.type);
    const py::module_ numpy = py::module_::import("numpy");
    const py::array given = numpy.attr("asarray")(values);
    const std::vector<std::size_t> shape(given.shape(), given.shape() + given.ndim());
    std::size_t count = 1;
    for (const std::size_t size : tensor.shape) count *= size;
    if (shape != tensor.shape && shape != std::vector<std::size_t>{count})
      throw py::value_error("tensor '" + handle + "' has shape " + text(tensor.shape) + ", the array " + text(shape));
    if (!numpy.attr("can_cast")(given.dtype(), type, "same_kind").cast<bool>())
      throw py::type_error("tensor '" + handle + "' has elements of type " + tensor.type.toString() +
                           ", into which NumPy does not convert " + py::str(given.dtype()).cast<std::string>());
    const py::array flat = numpy.attr("ascontiguousarray")(given, type);
    const char *begin = static_cast<const char *>(flat.data());
    engine_.writeTensor(handle, begin, begin + flat.nbytes());
  }

  py::array read(const std::string &handle) {
    const HostTensor &tensor = find(names_.reads, handle, "host read");
    py::array result(dtypeOf(tensor.type), tensor.shape);
    char *begin = static_cast<char *>(result.mutable_data());
    engine_.readTensor(handle, begin, begin + result.nbytes());
    return result;
  }

  /// The engine uses the array's own memory, and this object holds the array as long as that may happen.
  void connect(const std::string &handle, const py::array &array) {
    const HostTensor &stream = find(names_.streams, handle, "stream");
    if (!array.dtype().is(dtypeOf(stream.type)) && !array.dtype().equal(dtypeOf(stream.type)))
      throw py::type_error("stream '" + handle + "' moves elements of type " + stream.type.toString() +
                           "; the array has " + py::str(array.dtype()).cast<std::string>());
    if (!(array.flags() & py::array::c_style))
      throw py::value_error("stream '" + handle + "': the array must be contiguous (numpy.ascontiguousarray)");
    char *begin = static_cast<char *>(py::array(array).mutable_data());
    engine_.connectStream(handle, begin, begin + array.nbytes());
    buffers_[handle] = array;
  }

  /// `function(array)` fills the array of a stream from the host, and is given the data of a stream to the host.
  void connectCallback(const std::string &handle, const py::function &function) {
    const HostTensor stream = find(names_.streams, handle, "stream");
    const py::dtype type = dtypeOf(stream.type);
    buffers_[handle] = py::make_tuple(function, type);
    // Borrowed: buffers_ owns them, so that nothing of Python is freed by a thread without the interpreter's lock.
    engine_.connectStreamToCallback(handle, [f = function.ptr(), t = type.ptr(), count = stream.shape[0]](void *data) {
      const py::gil_scoped_acquire held;
      try {
        const py::capsule owner(data, [](void *) {});
        py::reinterpret_borrow<py::function>(f)(
            py::array(py::reinterpret_borrow<py::dtype>(t), {count}, data, owner));
      } catch (py::error_already_set &error) {
        // Only its text leaves: the error itself may not be destroyed without the interpreter's lock.
        const std::string message = error.what();
        throw std::runtime_error(message);
      }
    });
  }

  std::string profileSummary(const py::dict &options) {
    std::ostringstream out;
    engine_.printProfileSummary(out, optionsOf(options));
    return out.str();
  }

private:
  static std::string text(const std::vector<std::size_t> &shape) {
    return py::str(py::tuple(py::cast(shape))).cast<std::string>();
  }

  HostNames names_;
  std::map<std::string, py::object> buffers_;
  poplar::Engine engine_; // destroyed first
};

} // namespace

void bindEngine(py::module_ &module) {
  py::class_<PyEngine>(module, "Engine", "Compiles a graph and programs, and runs them on a device.")
      .def(py::init([](const PyGraph &graph, const std::variant<poplar::program::Program,
                                                                std::vector<poplar::program::Program>> &programs,
                       const py::dict &options) {
             if (const auto *one = std::get_if<poplar::program::Program>(&programs))
               return std::make_unique<PyEngine>(graph, std::vector<poplar::program::Program>{*one}, options);
             return std::make_unique<PyEngine>(graph, std::get<1>(programs), options);
           }),
           py::arg("graph"), py::arg("programs"), py::arg("options") = py::dict(),
           "Compiles one program or a list; the graph stays usable.")
      .def("load", &PyEngine::load, py::arg("device"), py::keep_alive<1, 2>(),
           "Puts the program on a device and sets initial values.")
      .def("run", &PyEngine::run, py::arg("program") = 0, py::arg("name") = "", "Runs a program to its end.")
      .def("write_tensor", &PyEngine::write, py::arg("handle"), py::arg("values"),
           "Writes an array to a tensor named by Graph.create_host_write.")
      .def("read_tensor", &PyEngine::read, py::arg("handle"),
           "A new array with the values of a tensor named by Graph.create_host_read.")
      .def("connect_stream", &PyEngine::connect, py::arg("handle"), py::arg("array").noconvert(),
           "Connects a stream with an array, which is kept and used in place, as a circular buffer.")
      .def("connect_stream_to_callback", &PyEngine::connectCallback, py::arg("handle"), py::arg("function"),
           "Connects a stream with a function that is given an array to fill or to read during the call.")
      .def("profile_summary", &PyEngine::profileSummary, py::arg("options") = py::dict(), "The profile as text.");
}

} // namespace popgraph::python
