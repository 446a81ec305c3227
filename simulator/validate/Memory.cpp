// What the compiler puts on a tile.
#include <string>

#include "simulator/validate/Bench.hpp"
#include "simulator/validate/Experiments.hpp"

namespace popgraph::validate {

using namespace poplar;
using popgraph::profile::MemoryCategory;

double edgeBytes(const char *machine, const char *field) {
  Bench bench(machine);
  bench.codelets(std::string("struct Work : public Vertex {\n  Input<") + field +
                 "> x;\n  bool compute() { return true; }\n};\n");
  ComputeSet set = bench.graph().addComputeSet("work");
  VertexRef vertex = bench.vertex(set, "Work");
  const Tensor data = bench.data(FLOAT, 8);
  bench.graph().connect(vertex["x"], std::string(field) == "float" ? data[0] : data);
  const profiler::Model model = bench.profile(program::Sequence{program::Execute(set)});
  return model.compile.memoryByCategory.at(static_cast<std::size_t>(MemoryCategory::VertexState)).at(0);
}

} // namespace popgraph::validate
