#include <poputil/detail/CodeletFile.hpp>
#include <poputil/exceptions.hpp>
#include <cctype>
#include <cstdlib>
#include <dlfcn.h>

namespace poputil::detail {

void addLibraryCodelets(poplar::Graph &graph, poplar::StringRef libraryName, poplar::StringRef knownVertex,
                        const void *anchor) {
  if (graph.hasCodelet(knownVertex))
    return;
  const std::string library = libraryName;
  std::string variable = "IPU_";
  for (char c : library)
    variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  variable += "_GP";
  if (const char *path = std::getenv(variable.c_str()); path && *path) {
    graph.addCodelets(path);
    return;
  }
  Dl_info info;
  if (!dladdr(anchor, &info) || !info.dli_fname)
    throw poplibs_error(library + "::addCodelets: cannot find the folder of lib" + library + ".so; set " + variable +
                        " to the path of " + library + ".gp");
  const std::string object = info.dli_fname;
  const auto slash = object.rfind('/');
  const std::string folder = slash == std::string::npos ? std::string(".") : object.substr(0, slash);
  graph.addCodelets(folder + "/" + library + ".gp");
}

} // namespace poputil::detail
