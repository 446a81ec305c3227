#include "popgraph/tools/Commands.hpp"
#include <filesystem>
#include <stdexcept>
#include <unistd.h>
#include <vector>

namespace popgraph::tools {

void addValidate(CLI::App &app, Action &action) {
  struct Options {
    std::vector<std::string> rows;
    bool json = false, markdown = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("validate",
      "Simulate published experiments and compare: exit 1 when a calibration row is off by more than 5 %,\n"
                  "another one by more than 15 %");
  command->add_option("row", options->rows, "Ids of rows (C1, T1, …); all when none is given");
  CLI::Option *json = command->add_flag("--json", options->json, "One JSON object instead of a table");
  command->add_flag("--markdown", options->markdown, "The table for documents")->excludes(json);
  command->callback([options, &action] {
    action = [options]() -> int {
      // A program of its own: the experiments are programs that use the libraries, which `popgraph` does not link.
      const auto program = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "popgraph-validate";
      std::vector<std::string> words{program.string(),
                                     options->json ? "json" : options->markdown ? "markdown" : "text"};
      words.insert(words.end(), options->rows.begin(), options->rows.end());
      std::vector<char *> arguments;
      for (std::string &word : words) arguments.push_back(word.data());
      arguments.push_back(nullptr);
      execv(arguments[0], arguments.data());
      throw std::runtime_error("cannot start " + program.string() + ", which belongs beside popgraph");
    };
  });
}

} // namespace popgraph::tools
