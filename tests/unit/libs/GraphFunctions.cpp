#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popops/ElementWise.hpp>
#include <poputil/GraphFunction.hpp>
#include <poputil/OptionParsing.hpp>
#include <poputil/TensorMetaData.hpp>
#include <poputil/cyclesTables.hpp>
#include <poputil/exceptions.hpp>
#include <optional>

using namespace test;
using namespace poputil;
using support::throwsNaming;
using Tensors = std::vector<poplar::Tensor>;
using poplar::program::Sequence;

TEST_CASE("graph functions do the same, called or inlined, with several arguments") {
  for (On on : kDevices)
    for (bool inlined : {false, true}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values x = integers(30, -9, 9, 1), y = integers(30, -9, 9, 2);
      const auto a = bench.input(poplar::FLOAT, {5, 6}, x), b = bench.input(poplar::FLOAT, {5, 6}, y);
      unsigned built = 0;
      graphfn::VoidFunction addAndSquare(
          g, {graphfn::input(a, "a"), graphfn::inout(a, "b"), graphfn::output(a, "c"), graphfn::created("d")},
          [&](Tensors &args, Sequence &prog) {
            ++built;
            popops::addInPlace(g, args[1], args[0], prog);
            prog.add(poplar::program::Copy(args[0], args[2]));
            args[3] = popops::square(g, args[0], prog);
          },
          inlined);
      graphfn::ProgramFunction negate(
          g, {graphfn::inout(a)},
          [&](Tensors &args) {
            Sequence prog;
            popops::negInPlace(g, args[0], prog);
            return prog;
          },
          inlined);
      graphfn::TensorFunction twice(
          g, {graphfn::input(a)},
          [&](Tensors &args, Sequence &prog, const poplar::DebugNameAndId &) {
            return popops::mul(g, args[0], 2.0f, prog);
          },
          inlined, "twice");
      Tensors first{a, b, poplar::Tensor(), poplar::Tensor()}, second{b, a, first[2], poplar::Tensor()};
      addAndSquare(first, bench.prog);
      second[2] = g.clone(a);
      addAndSquare(second, bench.prog);
      CHECK(built == (inlined ? 2 : 1));
      Tensors negated{first[3]};
      negate(negated, bench.prog);
      Tensors doubled{b};
      const auto result = twice(doubled, bench.prog);
      CHECK(doubled.size() == 1);
      bench.output("a", a);
      bench.output("b", b);
      bench.output("copied", first[2]);
      bench.output("given", second[2]);
      bench.output("negated", first[3]);
      bench.output("squared", second[3]);
      bench.output("doubled", result);
      bench.run();
      Values sum, both, minusSquare, squareOfSum, twiceSum;
      for (std::size_t i = 0; i != x.size(); ++i) {
        sum.push_back(x[i] + y[i]);
        both.push_back(x[i] + sum[i]);
        minusSquare.push_back(-x[i] * x[i]);
        squareOfSum.push_back(sum[i] * sum[i]);
        twiceSum.push_back(2 * sum[i]);
      }
      INFO(name(on) << (inlined ? " inlined" : " called"));
      CHECK(bench.get("b") == sum);
      CHECK(bench.get("a") == both);
      CHECK(bench.get("copied") == x);
      CHECK(bench.get("given") == sum);
      CHECK(worstError(bench.get("negated"), minusSquare) == 0);
      CHECK(bench.get("squared") == squareOfSum);
      CHECK(bench.get("doubled") == twiceSum);
      Tensors few{a}, wrong{a[0]};
      throwsNaming<poplibs_error>({"graphfn", "1 arguments", "4"}, [&] { addAndSquare(few, bench.prog); });
      throwsNaming<poplibs_error>({"argument 0", "[6]", "[5,6]"}, [&] { negate(wrong, bench.prog); });
    }
}

TEST_CASE("graph functions give their names to those that want them, and results as tensors") {
  for (On on : kDevices)
    for (bool inlined : {false, true}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values x = integers(30, -9, 9, 1);
      const auto a = bench.input(poplar::FLOAT, {5, 6}, x), b = bench.input(poplar::FLOAT, {5, 6}, x),
                 c = bench.input(poplar::FLOAT, {5, 6}, x);
      std::vector<std::string> names;
      graphfn::VoidFunction plusOne(
          g, {graphfn::inout(a)},
          [&](Tensors &args, Sequence &prog, const poplar::DebugNameAndId &name) {
            names.push_back(name.getPathName());
            popops::addInPlace(g, args[0], 1.0f, prog, {name});
          },
          inlined, "plusOne");
      graphfn::ProgramFunction timesThree(
          g, {graphfn::inout(a)},
          [&](Tensors &args, const poplar::DebugNameAndId &name) {
            names.push_back(name.getPathName());
            Sequence prog;
            popops::mulInPlace(g, args[0], 3.0f, prog, {name});
            return prog;
          },
          inlined, "timesThree");
      graphfn::TensorFunction difference(
          g, {graphfn::input(a), graphfn::input(a)},
          [&](Tensors &args, Sequence &prog) { return popops::sub(g, args[0], args[1], prog); }, inlined);
      Tensors one{b}, three{c};
      plusOne(one, bench.prog, "plusOne");
      timesThree(three, bench.prog, "timesThree");
      Tensors both{c, b};
      bench.output("difference", difference(both, bench.prog));
      bench.output("plusOne", b);
      bench.output("timesThree", c);
      bench.run();
      Values plus, times, minus;
      for (double each : x) {
        plus.push_back(each + 1);
        times.push_back(3 * each);
        minus.push_back(3 * each - (each + 1));
      }
      INFO(name(on) << (inlined ? " inlined" : " called"));
      CHECK(bench.get("plusOne") == plus);
      CHECK(worstError(bench.get("timesThree"), times) == 0);
      CHECK(worstError(bench.get("difference"), minus) == 0);
      REQUIRE(names.size() == 2);
      CHECK(names[0].find("plusOne") != std::string::npos);
      CHECK(names[1].find("timesThree") != std::string::npos);
      throwsNaming<poplibs_error>({"poputil::graphfn::VoidFunction", "argument 1 ('sum')", "not set"}, [&] {
        graphfn::VoidFunction forgets(
            g, {graphfn::input(a), graphfn::created("sum")}, [](Tensors &, Sequence &) {}, inlined);
        Tensors args{a, b};
        forgets(args, bench.prog);
      });
    }
}

TEST_CASE("options are converted, checked and stored, and errors name them") {
  using namespace poplibs;
  int whole = 0;
  bool flag = false;
  double share = 0;
  std::string text;
  std::vector<unsigned> list;
  std::optional<double> maybe = 3;
  enum class Kind { Fast, Small } kind = Kind::Fast;
  std::optional<Kind> maybeKind;
  const std::map<std::string, Kind> kinds{{"fast", Kind::Fast}, {"small", Kind::Small}};
  const OptionSpec spec{{"whole", OptionHandler::createWithInteger(whole, -3, true, 9, false)},
                        {"flag", OptionHandler::createWithBool(flag)},
                        {"share", OptionHandler::createWithDouble(share, 0., false, 1.)},
                        {"text", OptionHandler::createWithString(text)},
                        {"list", OptionHandler::createWithList(list)},
                        {"kind", OptionHandler::createWithEnum(kind, kinds)},
                        {"maybe", createOptionalDoubleHandler(maybe)},
                        {"maybeKind", createOptionalEnumHandler(maybeKind, kinds)}};
  for (const auto &[option, value] : std::vector<std::pair<std::string, std::string>>{{"whole", "-3"},
                                                                                      {"flag", "true"},
                                                                                      {"share", "0.25"},
                                                                                      {"text", "some words"},
                                                                                      {"list", "1,22,3"},
                                                                                      {"kind", "small"},
                                                                                      {"maybe", "none"},
                                                                                      {"maybeKind", "small"}})
    spec.parse(option, value);
  CHECK(whole == -3);
  CHECK(flag);
  CHECK(share == 0.25);
  CHECK(text == "some words");
  CHECK(list == std::vector<unsigned>{1, 22, 3});
  CHECK(kind == Kind::Small);
  CHECK_FALSE(maybe.has_value());
  CHECK(maybeKind == Kind::Small);
  spec.parse("maybe", "0.5");
  CHECK(maybe == 0.5);
  spec.parse("maybeKind", "none");
  CHECK_FALSE(maybeKind.has_value());
  spec.parse("unknown", "1", true);
  using poplar::invalid_option;
  throwsNaming<invalid_option>({"unknown", "whole"}, [&] { spec.parse("unknown", "1"); });
  throwsNaming<invalid_option>({"whole", "9", "below 9"}, [&] { spec.parse("whole", "9"); });
  throwsNaming<invalid_option>({"whole", "3x"}, [&] { spec.parse("whole", "3x"); });
  throwsNaming<invalid_option>({"share", "above 0"}, [&] { spec.parse("share", "0"); });
  throwsNaming<invalid_option>({"flag", "yes", "false, true"}, [&] { spec.parse("flag", "yes"); });
  throwsNaming<invalid_option>({"kind", "big", "fast, small"}, [&] { spec.parse("kind", "big"); });
  throwsNaming<invalid_option>({"list", "-1"}, [&] { spec.parse("list", "1,-1"); });
  CHECK_THROWS_AS(parse::asInteger<unsigned char>("256"), invalid_option);
  CHECK(parse::asInteger<unsigned char>("255") == 255);
  CHECK(parse::asFloatingPoint<float>("2.5") == 2.5f);
}

TEST_CASE("data that belongs to a tensor is copied with it") {
  struct Data : TensorMetaDataBase {
    int value = 7;
    std::unique_ptr<TensorMetaDataBase> clone() const override { return std::make_unique<Data>(*this); }
  };
  CHECK(TensorMetaData().getData() == nullptr);
  const TensorMetaData first(std::make_unique<Data>());
  const TensorMetaData second = first;
  REQUIRE(second.getData() != nullptr);
  CHECK(second.getData() != first.getData());
  CHECK(static_cast<const Data *>(second.getData())->value == 7);
}

namespace {
poplar::VertexPerfEstimate getPerfEstimateFor_Fill(const poplar::VertexIntrospector &, const poplar::Target &,
                                                   const poplar::Type &type) {
  return type == poplar::FLOAT ? 1234 : 5;
}
} // namespace

TEST_CASE("tables of estimators give the cost of their vertices") {
  Bench bench(On::Simulator);
  auto &g = bench.graph;
  const internal::PerfEstimatorTable table{CYCLE_ESTIMATOR_ENTRY(popops, Fill, poplar::FLOAT)};
  CHECK(table[0].first == "popops::Fill<float>");
  internal::registerPerfFunctions(g, table);
  const auto t = g.addVariable(poplar::FLOAT, {8});
  g.setTileMapping(t, 1);
  const auto vertex = g.addVertex(g.addComputeSet("fill"), "popops::Fill<float>", {{"out", t}});
  g.setTileMapping(vertex, 1);
  g.setInitialValue(vertex["value"], 1.0f);
  g.setInitialValue(vertex["step"], 8);
  CHECK(g.getPerfEstimate(vertex).cycles == 1234);
}
