#include <poprand/RandomGen.hpp>
#include <popops/ElementWise.hpp>
#include <popops/ElementWiseUtil.hpp>
#include <poputil/VertexTemplates.hpp>
#include <poputil/exceptions.hpp>
#include <cmath>
#include <functional>
#include <vector>

namespace poprand {

using poplar::DebugContext;
using poplar::Graph;
using poplar::Interval;
using poplar::Tensor;
using poplar::Type;
using poplar::program::Sequence;
using poputil::poplibs_error;

namespace {

/// Where the two seed words of each tile come from: a tensor, or the tiles' own generators.
class Seeds {
public:
  Seeds(const std::string &function, Graph &graph, const Tensor *seed, const Graph::TileToTensorMapping &users,
        Sequence &prog, const DebugContext &context) {
    if (seed) {
      if (!seed->valid() || seed->elementType() != poplar::UNSIGNED_INT || seed->numElements() != 2)
        throw poplibs_error(function + ": the seed must be an UNSIGNED_INT tensor of 2 elements");
      given_ = seed->flatten();
      return;
    }
    const poplar::ComputeSet cs = graph.addComputeSet({context, "NextSeed"});
    own_ = graph.addVariable(poplar::UNSIGNED_INT, {users.size(), 2}, {context, "seeds"});
    for (unsigned tile = 0; tile != users.size(); ++tile) {
      if (users[tile].empty())
        continue;
      graph.setTileMapping(own_[tile], tile);
      const poplar::VertexRef vertex = graph.addVertex(cs, "poprand::NextSeed");
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["seed"], own_[tile]);
    }
    prog.add(poplar::program::Execute(cs, context));
  }

  Tensor of(unsigned tile) const { return given_.valid() ? given_ : own_[tile]; }

private:
  Tensor given_, own_;
};

struct Generator {
  std::string function;                             ///< for messages
  std::string vertex;                               ///< vertex type
  std::function<void(poplar::VertexRef)> setFields; ///< parameters of the distribution
};

/// Adds the vertices that fill `out` where `reference` lies; with `input`, they also read it.
void generate(Graph &graph, const Generator &generator, const Tensor *seed, std::uint32_t modifier,
              const Tensor &reference, const Tensor &out, const Tensor *input, Sequence &prog,
              const DebugContext &debugContext) {
  const DebugContext context(debugContext, generator.function.substr(generator.function.rfind(':') + 1));
  // In the memory order of the reference, tiles hold few, long runs.
  Tensor flatReference = reference.flatten(), flatOut = out.flatten();
  Tensor flatInput = input ? input->flatten() : flatOut;
  const std::vector<Tensor *> others{&flatOut, &flatInput};
  graph.reorderToSimplify(&flatReference, others, false);
  const auto mapping = graph.getTileMapping(flatReference);
  const Seeds seeds(generator.function, graph, seed, mapping, prog, context);
  const poplar::ComputeSet cs = graph.addComputeSet({context, "Generate"});
  for (unsigned tile = 0; tile != mapping.size(); ++tile) {
    unsigned run = 0;
    for (const auto &group : graph.getSortedContiguousRegions(flatReference, mapping[tile])) {
      const Tensor part = poplar::concat(flatOut.slices(group));
      const poplar::VertexRef vertex = graph.addVertex(cs, generator.vertex);
      graph.setTileMapping(vertex, tile);
      graph.connect(vertex["out"], part);
      graph.connect(vertex["seed"], seeds.of(tile));
      if (input)
        graph.connect(vertex["in"], poplar::concat(flatInput.slices(group)));
      generator.setFields(vertex);
      graph.setInitialValue(vertex["modifier"], modifier);
      graph.setInitialValue(vertex["tile"], tile);
      graph.setInitialValue(vertex["run"], run++);
    }
  }
  prog.add(poplar::program::Execute(cs, context));
}

void checkType(const std::string &function, const Type &type, bool integers) {
  if (type != poplar::FLOAT && type != poplar::HALF && !(integers && type == poplar::INT))
    throw poplibs_error(function + ": a result of type " + type.toString() + "; half" +
                        (integers ? ", float and int" : " and float") + " can be drawn");
}

void checkRange(const std::string &function, double low, double high) {
  if (!(low <= high))
    throw poplibs_error(function + ": minVal " + std::to_string(low) + " is above maxVal " + std::to_string(high));
}

void checkProbability(const std::string &function, double probability) {
  if (!(probability >= 0 && probability <= 1))
    throw poplibs_error(function + ": the probability " + std::to_string(probability) + " is not within 0 and 1");
}

Tensor draw(Graph &graph, const Generator &generator, const Tensor *seed, std::uint32_t modifier,
            const Tensor &reference, const Type &type, Sequence &prog, const DebugContext &debugContext) {
  const Tensor out = graph.clone(type, reference, {debugContext, "random"});
  generate(graph, generator, seed, modifier, reference, out, nullptr, prog, debugContext);
  return out;
}

} // namespace

Tensor uniform(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &reference,
               const Type &outType, double minVal, double maxVal, Sequence &prog, const DebugContext &debugContext) {
  const std::string function = "poprand::uniform";
  checkType(function, outType, true);
  checkRange(function, minVal, maxVal);
  if (outType == poplar::INT) {
    const double low = std::ceil(minVal), high = std::floor(maxVal);
    if (low < -2147483648.0 || high > 2147483647.0 || low > high)
      throw poplibs_error(function + ": no int lies within " + std::to_string(minVal) + " and " +
                          std::to_string(maxVal) + ", or an end does not fit an int");
    return draw(graph,
                {function, "poprand::UniformInt",
                 [&](poplar::VertexRef v) {
                   graph.setInitialValue(v["low"], static_cast<int>(low));
                   graph.setInitialValue(v["span"], static_cast<unsigned>(high - low));
                 }},
                seed, seedModifier, reference, outType, prog, debugContext);
  }
  // No rounding takes the lowest number below minVal.
  const auto width = static_cast<float>(maxVal - minVal);
  auto centre = static_cast<float>(minVal + (maxVal - minVal) / 2);
  while (centre - width * 0.5f < static_cast<float>(minVal))
    centre = std::nextafter(centre, INFINITY);
  return draw(graph,
              {function, poputil::templateVertex("poprand::Uniform", outType),
               [&](poplar::VertexRef v) {
                 graph.setInitialValue(v["centre"], centre);
                 graph.setInitialValue(v["width"], width);
                 graph.setInitialValue(v["high"], static_cast<float>(maxVal));
               }},
              seed, seedModifier, reference, outType, prog, debugContext);
}

Tensor logUniform(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &reference,
                  const Type &outType, double minVal, double maxVal, Sequence &prog, double base,
                  const DebugContext &debugContext) {
  const std::string function = "poprand::logUniform";
  checkType(function, outType, true);
  checkRange(function, minVal, maxVal);
  if (!(minVal > 0) || !(base > 0) || base == 1)
    throw poplibs_error(function + ": minVal and base must be positive and base not 1");
  const double scale = std::log(base);
  const Tensor exponents = uniform(graph, seed, seedModifier, reference, poplar::FLOAT, std::log(minVal) / scale,
                                   std::log(maxVal) / scale, prog, debugContext);
  using namespace popops::expr;
  return popops::map(graph,
                     Cast(Clamp(Exp(_1 * static_cast<float>(scale)), Const(static_cast<float>(minVal)),
                                Const(static_cast<float>(maxVal))),
                          outType),
                     {exponents}, prog, debugContext);
}

Tensor bernoulli(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &reference,
                 const Type &outType, double prob, Sequence &prog, const DebugContext &debugContext) {
  const std::string function = "poprand::bernoulli";
  checkType(function, outType, true);
  checkProbability(function, prob);
  return draw(graph,
              {function, poputil::templateVertex("poprand::Bernoulli", outType),
               [&](poplar::VertexRef v) { graph.setInitialValue(v["probability"], static_cast<float>(prob)); }},
              seed, seedModifier, reference, outType, prog, debugContext);
}

Tensor normal(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &reference,
              const Type &outType, double mean, double stdDev, Sequence &prog, const DebugContext &debugContext) {
  const std::string function = "poprand::normal";
  checkType(function, outType, false);
  return draw(graph,
              {function, poputil::templateVertex("poprand::Normal", outType),
               [&](poplar::VertexRef v) {
                 graph.setInitialValue(v["mean"], static_cast<float>(mean));
                 graph.setInitialValue(v["deviation"], static_cast<float>(stdDev));
               }},
              seed, seedModifier, reference, outType, prog, debugContext);
}

Tensor truncatedNormal(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &reference,
                       const Type &outType, double mean, double stdDev, double alpha, Sequence &prog,
                       const DebugContext &debugContext) {
  const std::string function = "poprand::truncatedNormal";
  checkType(function, outType, false);
  if (!(alpha > 0))
    throw poplibs_error(function + ": alpha is " + std::to_string(alpha) + "; it must be positive");
  return draw(graph,
              {function, poputil::templateVertex("poprand::TruncatedNormal", outType),
               [&](poplar::VertexRef v) {
                 graph.setInitialValue(v["mean"], static_cast<float>(mean));
                 graph.setInitialValue(v["deviation"], static_cast<float>(stdDev));
                 graph.setInitialValue(v["alpha"], static_cast<float>(alpha));
               }},
              seed, seedModifier, reference, outType, prog, debugContext);
}

Tensor dropout(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &input,
               const Tensor &reference, double keepProbability, double scale, bool outputClonesRef, Sequence &prog,
               const DebugContext &debugContext) {
  const std::string function = "poprand::dropout";
  checkType(function, input.elementType(), false);
  checkProbability(function, keepProbability);
  if (input.shape() != reference.shape())
    throw poplibs_error(function + ": the input has the shape " + input.shapeToString() + " and the reference " +
                        reference.shapeToString() + "; they must be equal");
  const Tensor out = graph.clone(input.elementType(), outputClonesRef ? reference : input, {debugContext, "dropout"});
  generate(graph,
           {function, poputil::templateVertex("poprand::Dropout", input.elementType()),
            [&](poplar::VertexRef v) {
              graph.setInitialValue(v["probability"], static_cast<float>(keepProbability));
              graph.setInitialValue(v["scale"], static_cast<float>(scale));
            }},
           seed, seedModifier, reference, out, &input, prog, debugContext);
  return out;
}

Tensor dropout(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &input,
               const Tensor &reference, double keepProbability, double scale, Sequence &prog,
               const DebugContext &debugContext) {
  return dropout(graph, seed, seedModifier, input, reference, keepProbability, scale, true, prog, debugContext);
}

Tensor shapedDropout(Graph &graph, const Tensor *seed, std::uint32_t seedModifier, const Tensor &input,
                     const Tensor &reference, double keepProbability, double scale, Sequence &prog,
                     const DebugContext &debugContext) {
  const std::string function = "poprand::shapedDropout";
  checkType(function, input.elementType(), false);
  checkProbability(function, keepProbability);
  const Tensor mask = bernoulli(graph, seed, seedModifier, reference, input.elementType(), keepProbability, prog,
                                debugContext);
  using namespace popops::expr;
  return popops::map(graph, _1 * _2 * static_cast<float>(scale), {input, mask}, prog, debugContext);
}

void setSeed(Graph &graph, const Tensor &masterSeed, std::uint32_t seedModifier, Sequence &prog,
             const DebugContext &debugContext) {
  if (!masterSeed.valid() || masterSeed.elementType() != poplar::UNSIGNED_INT || masterSeed.numElements() != 2)
    throw poplibs_error("poprand::setSeed: the seed must be an UNSIGNED_INT tensor of 2 elements");
  const DebugContext context(debugContext, "setSeed");
  const poplar::ComputeSet cs = graph.addComputeSet(context);
  for (unsigned tile = 0; tile != graph.getTarget().getNumTiles(); ++tile) {
    const poplar::VertexRef vertex = graph.addVertex(cs, "poprand::SetSeed");
    graph.setTileMapping(vertex, tile);
    graph.connect(vertex["seed"], masterSeed.flatten());
    graph.setInitialValue(vertex["modifier"], seedModifier);
    graph.setInitialValue(vertex["tile"], tile);
  }
  prog.add(poplar::program::Execute(cs, context));
}

} // namespace poprand
