#include "popgraph/tools/Commands.hpp"
#include "profiler/Reader.hpp"
#include <csignal>
#include <iostream>

int main(int argc, char **argv) {
  using namespace popgraph::tools;
  std::signal(SIGPIPE, SIG_DFL); // `popgraph summary … | head` ends silently

  CLI::App app{"Reads profiles and executables made by programs that use popgraph.", "popgraph"};
  app.set_version_flag("--version", "popgraph " POPGRAPH_VERSION);
  app.require_subcommand(1);
  app.footer("Exit status: 0 fine, 1 differences found or a budget exceeded, 2 wrong usage,\n"
             "3 a file cannot be read or written.\n"
             "Data goes to standard output, messages to standard error.\n\n"
             "Examples:\n"
             "  POPLAR_ENGINE_OPTIONS='{\"autoReport.all\":\"true\"}' ./app\n"
             "  popgraph summary profile.pgprof\n"
             "  popgraph html profile.pgprof -o report.html");
  Action action;
  addRecord(app, action);
  addSummary(app, action);
  addHtml(app, action);
  addMemory(app, action);
  addLiveness(app, action);
  addVertices(app, action);
  addTimeline(app, action);
  addInfo(app, action);
  addQuery(app, action);
  addExport(app, action);
  addDiff(app, action);
  addCheck(app, action);
  addValidate(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? kFine : kUsage;
  }
  try {
    return action();
  } catch (const profiler::ReadError &error) {
    std::cerr << "popgraph: " << error.what() << "\n";
    return kCannotRead;
  } catch (const std::invalid_argument &error) {
    std::cerr << "popgraph: " << error.what() << "\n";
    return kUsage;
  } catch (const std::exception &error) {
    std::cerr << "popgraph: " << error.what() << "\n";
    return kCannotRead;
  }
}
