// One use of each library: -DUSE_NAME for each that is linked. Prints the names of those that did what they should.
#include <iostream>

#ifdef USE_pva
#include <pva/pva.hpp>

bool use_pva() {
  try {
    pva::openReport("no such file");
  } catch (const pva::Error &) {
    return true;
  }
  return false;
}
#endif

#ifdef USE_pvti
#include <pvti/pvti.hpp>

bool use_pvti() {
  const pvti::TraceChannel channel("sdk");
  const pvti::Tracepoint point(channel, "point");
  return !pvti::checkTracingEnabled();
}
#endif

#ifdef USE_poplar
#include <poplar/Engine.hpp>
#include <poplar/Graph.hpp>
#include <poplar/IPUModel.hpp>

namespace {

poplar::Graph makeGraph() {
  poplar::IPUModel model;
  model.tilesPerIPU = 4;
  return poplar::Graph(model.createDevice().getTarget());
}

} // namespace

bool use_poplar() {
  poplar::Graph graph = makeGraph();
  return graph.addVariable(poplar::FLOAT, {3}, "x").numElements() == 3;
}
#endif

#ifdef USE_poputil
#include <poputil/TileMapping.hpp>

bool use_poputil() {
  poplar::Graph graph = makeGraph();
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {64}, "x");
  poputil::mapTensorLinearly(graph, x);
  return graph.getTileMapping(x).size() == 4;
}
#endif

#ifdef USE_popops
#include <popops/ElementWise.hpp>
#include <popops/codelets.hpp>

bool use_popops() {
  poplar::Graph graph = makeGraph();
  popops::addCodelets(graph);
  poplar::program::Sequence program;
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {8}, poplar::VariableMappingMethod::LINEAR, "x");
  return popops::add(graph, x, x, program, "sum").shape() == x.shape() && !program.isEmpty();
}
#endif

#ifdef USE_poplin
#include <poplin/MatMul.hpp>
#include <poplin/codelets.hpp>

bool use_poplin() {
  poplar::Graph graph = makeGraph();
  poplin::addCodelets(graph);
  poplar::program::Sequence program;
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {4, 4}, poplar::VariableMappingMethod::LINEAR, "x");
  return poplin::matMul(graph, x, x, program, "product").shape() == x.shape();
}
#endif

#ifdef USE_poprand
#include <poprand/RandomGen.hpp>
#include <poprand/codelets.hpp>

bool use_poprand() {
  poplar::Graph graph = makeGraph();
  poprand::addCodelets(graph);
  poplar::program::Sequence program;
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {8}, poplar::VariableMappingMethod::LINEAR, "x");
  return poprand::uniform(graph, nullptr, 0, x, poplar::FLOAT, 0.0, 1.0, program).shape() == x.shape();
}
#endif

#ifdef USE_popnn
#include <popnn/NonLinearity.hpp>
#include <popnn/codelets.hpp>

bool use_popnn() {
  poplar::Graph graph = makeGraph();
  popnn::addCodelets(graph);
  poplar::program::Sequence program;
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {2, 4}, poplar::VariableMappingMethod::LINEAR, "x");
  return popnn::nonLinearity(graph, popnn::NonLinearityType::RELU, x, program).shape() == x.shape();
}
#endif

#ifdef USE_gcl
#include <gcl/Collectives.hpp>
#include <gcl/TileAllocation.hpp>

bool use_gcl() {
  poplar::Graph graph = makeGraph();
  poplar::program::Sequence program;
  const poplar::Tensor x = graph.addVariable(poplar::FLOAT, {8}, poplar::VariableMappingMethod::LINEAR, "x");
  return gcl::perIPUTiles(graph, 1, 2).size() == 2 &&
         gcl::allReduceCrossReplica(graph, x, gcl::CollectiveOperator::ADD, program, "sum").shape() == x.shape();
}
#endif

int main() {
#define USE(name)                                                                                                      \
  if (use_##name()) std::cout << #name << '\n'
#ifdef USE_pva
  USE(pva);
#endif
#ifdef USE_pvti
  USE(pvti);
#endif
#ifdef USE_poplar
  USE(poplar);
#endif
#ifdef USE_poputil
  USE(poputil);
#endif
#ifdef USE_popops
  USE(popops);
#endif
#ifdef USE_poplin
  USE(poplin);
#endif
#ifdef USE_poprand
  USE(poprand);
#endif
#ifdef USE_popnn
  USE(popnn);
#endif
#ifdef USE_gcl
  USE(gcl);
#endif
}
