#pragma once
// Compiling texts and running vertices by hand, for the tests of the codelet compiler.
#include "codelets/client/Compiler.hpp"
#include "tests/support/Catch.hpp"
#include <cstring>
#include <string>
#include <vector>

namespace popgraph::codelets::testing {

/// Matcher for part of a text; the two versions of Catch name it differently.
inline auto containsText(const std::string &part) {
#if __has_include(<catch2/catch_all.hpp>)
  return Catch::Matchers::ContainsSubstring(part);
#else
  return Catch::Matchers::Contains(part);
#endif
}

inline CompileRequest textRequest(const std::string &text, const std::string &target = "ipu2",
                                  const std::string &flags = "") {
  CompileRequest request;
  Source source;
  source.text = text;
  source.fromText = true;
  request.sources.push_back(source);
  request.target = target;
  request.flags = flags;
  return request;
}

inline std::shared_ptr<const CodeletModule> compileText(const std::string &text, const std::string &target = "ipu2",
                                                        const std::string &flags = "") {
  return compile(textRequest("#include <poplar/Vertex.hpp>\nusing namespace poplar;\n" + text, target, flags));
}

inline std::size_t indexOf(const CodeletModule &module, const std::string &name) {
  for (std::size_t i = 0; i != module.codelets.size(); ++i)
    if (module.codelets[i].name == name) return i;
  throw std::out_of_range("no codelet " + name);
}

/// One vertex of a module with its image, which the test fills in by field name.
class VertexRun {
public:
  VertexRun(const CodeletModule &module, const std::string &name)
      : codelet_(module.codelets[indexOf(module, name)]), index_(indexOf(module, name)), code_(module),
        image_(codelet_.hostBytes + 16), globals_(module.globalsInit) {
    context.numWorkers = module.target == "cpu" ? 1 : 6;
    context.globals = globals_.data();
    context.host = &printed;
    context.print = [](VertexContext *self, const char *text, std::uint64_t length) {
      static_cast<std::string *>(self->host)->append(text, length);
    };
  }

  const Field &field(const std::string &name) const {
    for (const Field &field : codelet_.fields)
      if (field.name == name) return field;
    throw std::out_of_range("no field " + name);
  }

  template <class T> void state(const std::string &name, T value) { put(field(name).hostOffset, value); }
  template <class T> T state(const std::string &name) const {
    T value;
    std::memcpy(&value, image_.data() + field(name).hostOffset, sizeof value);
    return value;
  }
  /// An edge, or a vector of state: pointer and, where the layout has one, size.
  void connect(const std::string &name, const void *data, std::uint32_t size = 1) {
    const Field &to = field(name);
    put(to.hostOffset, data);
    if (to.hostSize == 16) put(to.hostOffset + 8, size);
  }

  /// Slots of each call.
  std::vector<std::uint32_t> run() {
    std::vector<std::uint32_t> slots(codelet_.kind == VertexKind::MultiVertex ? context.numWorkers : 1);
    code_.run(index_)(image_.data(), image_.size(), 1, &context, slots.data());
    return slots;
  }

  /// In the form that does not count.
  void runPlain() {
    std::vector<std::uint32_t> slots(context.numWorkers);
    code_.plain(index_)(image_.data(), image_.size(), 1, &context, slots.data());
  }

  VertexContext context{};
  std::string printed;

private:
  template <class T> void put(std::size_t offset, T value) {
    std::memcpy(image_.data() + offset, &value, sizeof value);
  }

  Codelet codelet_;
  std::size_t index_;
  LoadedModule code_;
  std::vector<char> image_;
  std::string globals_;
};

} // namespace popgraph::codelets::testing
