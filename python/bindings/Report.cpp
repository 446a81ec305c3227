// Reads profiles. A module of its own: it needs neither compiler nor runtime.
#include "profiler/Reader.hpp"
#include "profiler/Summary.hpp"
#include "profiler/views/MemoryView.hpp"
#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>
#include <sstream>

namespace {

namespace py = pybind11;

py::array_t<std::uint32_t> arrayOf(const std::vector<std::uint32_t> &values) {
  return py::array_t<std::uint32_t>(static_cast<py::ssize_t>(values.size()), values.data());
}

class Report {
public:
  explicit Report(const std::string &path) : path_(path), model_(profiler::readProfile(path)) {}

  py::object summary() const {
    std::ostringstream out;
    profiler::writeSummaryJson(out, model_);
    return py::module_::import("json").attr("loads")(out.str());
  }

  std::string text(bool steps) const {
    std::ostringstream out;
    profiler::SummaryOptions options;
    options.showExecutionSteps = steps;
    profiler::writeSummary(out, model_, options);
    return out.str();
  }

  py::array_t<std::uint32_t> memoryByTile() const { return arrayOf(profiler::makeMemoryView(model_).usedByTile); }

  std::map<std::string, py::array_t<std::uint32_t>> memoryByCategory() const {
    std::map<std::string, py::array_t<std::uint32_t>> result;
    for (const auto &category : profiler::makeMemoryView(model_).categories)
      result.emplace(category.name, arrayOf(category.bytesByTile));
    return result;
  }

  /// The first row holds the names of the columns; all cells are text.
  std::vector<std::vector<std::string>> query(const std::string &sql) const {
    std::vector<std::vector<std::string>> rows;
    profiler::queryProfile(path_, sql, [&](const std::vector<std::string> &cells) { rows.push_back(cells); });
    return rows;
  }

  std::uint32_t numTiles() const { return model_.numTiles(); }

private:
  std::string path_;
  profiler::Model model_;
};

} // namespace

PYBIND11_MODULE(_report, module) {
  module.doc() = "Profiles that popgraph wrote.";
  py::register_exception<profiler::ReadError>(module, "ReadError", PyExc_RuntimeError);
  py::class_<Report>(module, "Report", "A profile, read from a file.")
      .def(py::init<const std::string &>(), py::arg("path"))
      .def_property_readonly("num_tiles", &Report::numTiles)
      .def("summary", &Report::summary, "Every number of the summary as a dict; keys end in their unit.")
      .def("text", &Report::text, py::arg("steps") = false, "The summary as text.")
      .def("memory_by_tile", &Report::memoryByTile, "Bytes used on each tile.")
      .def("memory_by_category", &Report::memoryByCategory, "Bytes on each tile, for each category of memory.")
      .def("query", &Report::query, py::arg("sql"), "Rows of one SELECT over the file's views, the first with names.");
  module.def("open_report", [](const std::string &path) { return Report(path); }, py::arg("path"),
             "Reads a profile.pgprof.");
}
