#include "tests/support/Catch.hpp"
#include "tests/unit/libs/Bench.hpp"
#include <popnn/LogSoftmax.hpp>
#include <popnn/Loss.hpp>
#include <popnn/NonLinearity.hpp>
#include <popnn/NonLinearityDefUtil.hpp>
#include <poputil/exceptions.hpp>

using namespace test;
using popnn::NonLinearityType;

namespace {

const NonLinearityType kPointwise[] = {NonLinearityType::SIGMOID, NonLinearityType::HARD_SIGMOID,
                                       NonLinearityType::RELU,
                                       NonLinearityType::TANH,    NonLinearityType::GELU,
                                           NonLinearityType::GELU_ERF,
                                       NonLinearityType::SWISH};
const NonLinearityType kSoftmax[] = {NonLinearityType::SOFTMAX, NonLinearityType::SOFTMAX_STABLE,
                                     NonLinearityType::SOFTMAX_SCALED};

double pointwise(NonLinearityType type, double x) {
  switch (type) {
  case NonLinearityType::SIGMOID:
    return 1 / (1 + std::exp(-x));
  case NonLinearityType::HARD_SIGMOID:
    return std::fmin(1, std::fmax(0, 0.2 * x + 0.5));
  case NonLinearityType::RELU:
    return std::fmax(0, x);
  case NonLinearityType::TANH:
    return std::tanh(x);
  case NonLinearityType::GELU:
    return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  case NonLinearityType::GELU_ERF:
    return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  default:
    return x / (1 + std::exp(-x));
  }
}

Values softmax(const Values &x, std::size_t columns) {
  Values y;
  for (std::size_t row = 0; row != x.size() / columns; ++row) {
    double most = -INFINITY, sum = 0;
    for (std::size_t c = 0; c != columns; ++c)
      most = std::fmax(most, x[row * columns + c]);
    for (std::size_t c = 0; c != columns; ++c)
      sum += std::exp(x[row * columns + c] - most);
    for (std::size_t c = 0; c != columns; ++c)
      y.push_back(std::exp(x[row * columns + c] - most) / sum);
  }
  return y;
}

bool wantsInput(NonLinearityType type) {
  return type == NonLinearityType::GELU || type == NonLinearityType::GELU_ERF || type == NonLinearityType::SWISH;
}

} // namespace

TEST_CASE("non-linearities and their gradients agree with double precision") {
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values x = rounded(type, numbers(60, -4, 4, 1)), dy = rounded(type, numbers(60, -1, 1, 2));
      const auto tdy = bench.input(type, {60}, dy);
      for (NonLinearityType f : kPointwise) {
        const auto tx = bench.input(type, {60}, x), copy = bench.input(type, {60}, x);
        const auto y = popnn::nonLinearity(g, f, tx, bench.prog);
        popnn::nonLinearityInPlace(g, f, copy, bench.prog);
        bench.output(std::string("y") + asString(f), y);
        bench.output(std::string("in") + asString(f), copy);
        bench.output(std::string("d") + asString(f),
                     popnn::nonLinearityInputGradient(g, f, wantsInput(f) ? tx : y, tdy, bench.prog));
      }
      bench.run();
      for (NonLinearityType f : kPointwise) {
        Values y, d;
        for (std::size_t i = 0; i != x.size(); ++i) {
          y.push_back(pointwise(f, x[i]));
          const double h = 1e-5; // central difference in double precision
          d.push_back(dy[i] * (pointwise(f, x[i] + h) - pointwise(f, x[i] - h)) / (2 * h));
        }
        INFO(name(on) << " " << type.toString() << " " << asString(f));
        CHECK(worstError(bench.get(std::string("y") + asString(f)), y) <= tolerance(type));
        CHECK(worstError(bench.get(std::string("in") + asString(f)), y) <= tolerance(type));
        CHECK(worstError(bench.get(std::string("d") + asString(f)), d) <= 2 * tolerance(type) + 1e-6);
      }
    }
}

TEST_CASE("softmax forms, their gradients and log softmax agree with double precision") {
  const std::size_t rows = 9, columns = 13;
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Values x = rounded(poplar::FLOAT, numbers(rows * columns, -5, 5, 1)),
                 dy = rounded(poplar::FLOAT, numbers(rows * columns, -1, 1, 2));
    Values large;
    for (double value : x)
      large.push_back(rounded(poplar::FLOAT, {value * 100})[0]);
    const auto tx = bench.input(poplar::FLOAT, {rows, columns}, x), tl = bench.input(poplar::FLOAT, {rows, columns},
        large),
               tdy = bench.input(poplar::FLOAT, {rows, columns}, dy);
    float scaling[3];
    for (int i = 0; i != 3; ++i) {
      const auto y = popnn::nonLinearity(g, kSoftmax[i], tx, scaling[i], bench.prog);
      bench.output("y" + std::to_string(i), y);
      bench.output("d" + std::to_string(i), popnn::nonLinearityInputGradient(g, kSoftmax[i], y, tdy, bench.prog));
    }
    bench.output("large", popnn::softmaxStable(g, tl, bench.prog));
    bench.output("log", popnn::logSoftmax(g, tl, bench.prog));
    bench.run();
    const Values y = softmax(x, columns);
    Values d, log;
    for (std::size_t row = 0; row != rows; ++row) {
      double dot = 0, most = -INFINITY, sum = 0;
      for (std::size_t c = row * columns; c != (row + 1) * columns; ++c) {
        dot += y[c] * dy[c];
        most = std::fmax(most, large[c]);
      }
      for (std::size_t c = row * columns; c != (row + 1) * columns; ++c) {
        d.push_back(y[c] * (dy[c] - dot));
        sum += std::exp(large[c] - most);
      }
      for (std::size_t c = row * columns; c != (row + 1) * columns; ++c)
        log.push_back(large[c] - most - std::log(sum));
    }
    for (int i = 0; i != 3; ++i) {
      Values scaled;
      for (double value : y)
        scaled.push_back(value * scaling[i]);
      INFO(name(on) << " softmax form " << i);
      CHECK(worstError(bench.get("y" + std::to_string(i)), scaled) < 3e-6);
      CHECK(worstError(bench.get("d" + std::to_string(i)), d) < 3e-6);
    }
    CHECK(scaling[0] == 1);
    CHECK(scaling[2] == 62000);
    CHECK(worstError(bench.get("large"), softmax(large, columns)) < 3e-6);
    CHECK(worstError(bench.get("log"), log) < 1e-5);
  }
}

TEST_CASE("losses, deltas and the count of correct rows agree with double precision") {
  const std::size_t rows = 11, classes = 6;
  for (On on : kDevices)
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF}) {
      Bench bench(on);
      auto &g = bench.graph;
      const Values outputs = rounded(type, softmax(numbers(rows * classes, -3, 3, 1), classes));
      Values labels = integers(rows, 0, static_cast<int>(classes) - 1, 2);
      labels[4] = 4294967295.0; // masked
      Values dense = rounded(type, softmax(numbers(rows * classes, -3, 3, 5), classes));
      const auto to = bench.input(type, {rows, classes}, outputs), tl = bench.input(poplar::UNSIGNED_INT, {rows},
          labels),
                 td = bench.input(type, {rows, classes}, dense), scale = bench.input(type, {}, {4}),
                 one = bench.input(type, {}, {1});
      const char *names[] = {"cross", "square", "denseCross", "denseSquare"};
      const auto correct = bench.input(poplar::UNSIGNED_INT, {}, {77});
      for (int i = 0; i != 4; ++i) {
        const auto loss = bench.input(type, {rows}, Values(rows, 0)), deltas = bench.input(type, {rows, classes},
            Values(rows * classes, 0));
        const auto kind = i % 2 == 0 ? popnn::CROSS_ENTROPY_LOSS : popnn::SUM_SQUARED_LOSS;
        if (i == 0)
          bench.prog.add(popnn::calcLoss(g, to, tl, loss, deltas, scale, one, correct, kind));
        else
          bench.prog.add(popnn::calcLoss(g, to, i < 2 ? tl : td, loss, deltas, kind));
        bench.output(std::string(names[i]) + "Loss", loss);
        bench.output(std::string(names[i]) + "Deltas", deltas);
      }
      bench.output("correct", correct);
      bench.run();
      Values losses[4], deltas[4];
      unsigned wantCorrect = 0;
      for (std::size_t r = 0; r != rows; ++r) {
        double sums[4] = {0, 0, 0, 0};
        std::size_t best = 0;
        const bool masked = labels[r] > 1e9;
        for (std::size_t c = 0; c != classes; ++c) {
          const double p = outputs[r * classes + c], hot = labels[r] == static_cast<double>(c),
              wanted = dense[r * classes + c];
          best = outputs[r * classes + best] < p ? c : best;
          if (!masked) {
            sums[0] -= hot * std::log(p);
            sums[1] += 0.5 * (p - hot) * (p - hot);
          }
          deltas[0].push_back(masked ? 0 : 4 * (p - hot));
          deltas[1].push_back(masked ? 0 : p - hot);
          sums[2] -= wanted * std::log(p);
          sums[3] += 0.5 * (p - wanted) * (p - wanted);
          deltas[2].push_back(p - wanted);
          deltas[3].push_back(p - wanted);
        }
        wantCorrect += !masked && labels[r] == static_cast<double>(best);
        for (int i = 0; i != 4; ++i)
          losses[i].push_back(sums[i]);
      }
      for (int i = 0; i != 4; ++i) {
        INFO(name(on) << " " << type.toString() << " " << names[i]);
        CHECK(worstError(bench.get(std::string(names[i]) + "Loss"), losses[i]) <= 2 * tolerance(type));
        CHECK(worstError(bench.get(std::string(names[i]) + "Deltas"), deltas[i]) <= 2 * tolerance(type));
      }
      CHECK(bench.get("correct") == Values{static_cast<double>(wantCorrect)});
    }
}

TEST_CASE("extremes of rows are found with the first of equal elements") {
  for (On on : kDevices) {
    Bench bench(on);
    auto &g = bench.graph;
    const Values x = integers(8 * 30, -9, 9, 3);
    for (poplar::Type type : {poplar::FLOAT, poplar::HALF, poplar::INT}) {
      const auto t = bench.input(type, {8, 30}, x);
      const auto most = popnn::maxAndArgMax(g, t, bench.prog), least = popnn::minAndArgMin(g, t, bench.prog);
      bench.output(type.toString() + "max", most.first);
      bench.output(type.toString() + "argmax", most.second);
      bench.output(type.toString() + "min", least.first);
      bench.output(type.toString() + "argmin", least.second);
    }
    bench.run();
    Values maxima, maximaAt, minima, minimaAt;
    for (std::size_t r = 0; r != 8; ++r) {
      const auto begin = x.begin() + static_cast<std::ptrdiff_t>(30 * r), end = begin + 30;
      const auto most = std::max_element(begin, end), least = std::min_element(begin, end);
      maxima.push_back(*most);
      maximaAt.push_back(static_cast<double>(most - begin));
      minima.push_back(*least);
      minimaAt.push_back(static_cast<double>(least - begin));
    }
    for (const char *type : {"float", "half", "int"}) {
      INFO(name(on) << " " << type);
      CHECK(bench.get(std::string(type) + "max") == maxima);
      CHECK(bench.get(std::string(type) + "argmax") == maximaAt);
      CHECK(bench.get(std::string(type) + "min") == minima);
      CHECK(bench.get(std::string(type) + "argmin") == minimaAt);
    }
  }
}

TEST_CASE("misuse of neural network functions is told") {
  Bench bench(On::Cpu);
  auto &g = bench.graph;
  auto &p = bench.prog;
  const auto i = bench.input(poplar::INT, {3, 4}, Values(12, 0)), f = bench.input(poplar::FLOAT, {3, 4}, Values(12, 0)),
             s = bench.input(poplar::FLOAT, {}, {0});
  auto cs = g.addComputeSet();
  CHECK_THROWS_WITH(popnn::nonLinearity(g, NonLinearityType::RELU, i, p), says("relu") && says("int"));
  CHECK_THROWS_WITH(popnn::softmax(g, s, p), says("scalar"));
  CHECK_THROWS_WITH(popnn::nonLinearityInPlace(g, NonLinearityType::SOFTMAX, f, cs), says("compute set"));
  CHECK_THROWS_WITH(popnn::calcLoss(g, f, f, s, f, popnn::CROSS_ENTROPY_LOSS), says("popnn::calcLoss"));
  CHECK_THROWS_WITH(popnn::calcLoss(g, f, i, s, f, popnn::CROSS_ENTROPY_LOSS), says("[3,4]"));
  CHECK_THROWS_AS(popnn::argMax(g, s, p), poputil::poplibs_error);
}
