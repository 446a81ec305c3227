#include "libs/popops/detail/MapCodelet.hpp"
#include "libs/popops/detail/ExprTypes.hpp"
#include <popops/ExprOpUtils.hpp>
#include <poplar/IeeeHalf.hpp>
#include <poputil/exceptions.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sstream>

namespace popops::detail {

using namespace popops::expr;
using poplar::Type;
using poputil::poplibs_error;

namespace {

const char *const kPrelude =
#include "libs/popops/detail/MapPrelude.inc"
    ;

/// The type values are computed in: half arithmetic is float arithmetic rounded when stored.
std::string valueType(Type type) { return type == poplar::HALF ? "float" : type.toString(); }

/// Writes the statements that compute an expression for element i.
class Emitter {
public:
  Emitter(const MapRequest &request, const std::vector<MapOperand> &operands)
      : request_(request), operands_(operands) {}

  /// Returns the name of a value of type `wanted` (the type of the expression, or of its surroundings for constants).
  std::string emit(const Expr &e, Type wanted) {
    if (const auto *p = e.getAs<PlaceHolder>()) return "x" + std::to_string(request_.operandOf[p->getIndex() - 1]);
    if (const auto *c = e.getAs<Const>()) return constant(*c, c->isTypeFixed() ? c->getType() : wanted);
    if (const auto *cast = e.getAs<Cast>()) return emitCast(*cast);
    if (const auto *u = e.getAs<UnaryOp>()) {
      const Type type = operandType(request_.function, u->getArg(), u->getArg(), request_.ts, wanted);
      checkOperand(request_.function, e, type);
      return call(toString(u->getOpType()), type, {emit(u->getArg(), type)}, e);
    }
    if (const auto *b = e.getAs<BinaryOp>()) {
      const Type type = operandType(request_.function, b->getLHS(), b->getRHS(), request_.ts, wanted);
      checkOperand(request_.function, e, type);
      return call(toString(b->getOpType()), type, {emit(b->getLHS(), type), emit(b->getRHS(), type)}, e);
    }
    const auto &t = *e.getAs<TernaryOp>();
    Type type = operandType(request_.function, t.getArg0(), t.getArg1(), request_.ts, wanted);
    if (t.getOpType() == TernaryOpType::CLAMP && inferType(request_.function, t.getArg2(), request_.ts) != Type())
      type = inferType(request_.function, t.getArg2(), request_.ts);
    checkOperand(request_.function, e, type);
    const Type third = t.getOpType() == TernaryOpType::SELECT ? Type(poplar::BOOL) : type;
    return call(toString(t.getOpType()), type,
                {emit(t.getArg0(), type), emit(t.getArg1(), type), emit(t.getArg2(), third)}, e);
  }

  std::string statements() const { return body_.str(); }
  std::vector<MapConstant> constants;

private:
  std::string define(const std::string &type, const std::string &value) {
    const std::string name = "v" + std::to_string(next_++);
    body_ << "      const " << type << ' ' << name << " = " << value << ";\n";
    return name;
  }

  std::string call(const std::string &op, Type type, const std::vector<std::string> &arguments, const Expr &e) {
    std::string text = op + "<" + valueType(type) + ">(";
    for (std::size_t i = 0; i != arguments.size(); ++i) text.append(i ? ", " : "").append(arguments[i]);
    const Type result = inferType(request_.function, e, request_.ts);
    return define(result == poplar::BOOL ? "bool" : valueType(type), text + ")");
  }

  std::string emitCast(const Cast &cast) {
    const Type to = cast.getRHSType();
    Type from = inferType(request_.function, cast.getLHS(), request_.ts);
    if (!isReal(to) && !isInteger(to) && to != poplar::BOOL)
      throw poplibs_error(request_.function + ": Cast to " + to.toString() +
                          "; half, float, integers and bool can be computed with");
    if (from == Type()) from = to;
    const std::string value = emit(cast.getLHS(), from);
    if (from == to) return value;
    if (to == poplar::BOOL) return define("bool", "TO_BOOL<" + valueType(from) + ">(" + value + ")");
    std::string converted = "CAST<" + valueType(to) + ", " + valueType(from) + ">(" + value + ")";
    if (to == poplar::HALF) converted = "TO_HALF(" + converted + ")";
    return define(valueType(to), converted);
  }

  /// An integer as C++ converts it: its low bits, with the sign of a type that has one in those above.
  static std::uint64_t converted(std::uint64_t value, Type type) {
    const unsigned above = 64 - bitsOf(type);
    const bool isUnsigned = type == poplar::UNSIGNED_CHAR || type == poplar::UNSIGNED_SHORT ||
                            type == poplar::UNSIGNED_INT || type == poplar::UNSIGNED_LONGLONG;
    value <<= above;
    return isUnsigned ? value >> above : static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> above);
  }

  std::string constant(const Const &c, Type type) {
    if (type == Type())
      throw poplibs_error(request_.function + ": the type of a constant cannot be told, as only constants are around "
                                              "it; use Cast");
    MapConstant value{type, c.isFloatingPoint(), c.getDataAsDouble(), c.getDataAsUnsignedInteger()};
    if (!isReal(type)) {
      if (value.isReal) {
        if (std::trunc(value.real) != value.real || std::fabs(value.real) > 9e15)
          throw poplibs_error(request_.function + ": the constant " + std::to_string(value.real) + " is used as " +
                              type.toString() + "; it is not an integer");
        value.integer = static_cast<std::uint64_t>(static_cast<std::int64_t>(value.real));
        value.isReal = false;
      }
      value.integer = type == poplar::BOOL ? c.getDataAsDouble() != 0 : converted(value.integer, type);
    } else {
      value.isReal = true;
      if (type == poplar::HALF) value.real = static_cast<float>(poplar::IeeeHalf(value.real));
    }
    constants.push_back(value);
    return "k" + std::to_string(constants.size() - 1);
  }

  const MapRequest &request_;
  const std::vector<MapOperand> &operands_;
  std::ostringstream body_;
  unsigned next_ = 0;
};

std::string load(const std::string &pointer, const std::string &index, Type type) {
  const std::string element = pointer + "[" + index + "]";
  return type == poplar::HALF ? "static_cast<float>(" + element + ")" : element;
}

std::uint64_t fnv(const std::string &text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (unsigned char c : text) hash = (hash ^ c) * 0x100000001b3ull;
  return hash;
}

/// Writes the body of compute(): the loops around the statements.
class LoopWriter {
public:
  LoopWriter(const MapRequest &request, const std::vector<MapOperand> &operands, LoopForm loop, const Emitter &emitter,
             const std::vector<std::string> &results)
      : request_(request), operands_(operands), loop_(loop), emitter_(emitter), results_(results) {}

  std::string write() {
    for (std::size_t k = 0; k != emitter_.constants.size(); ++k)
      out_ << "    const " << valueType(emitter_.constants[k].type) << " k" << k << " = c" << k << ";\n";
    for (std::size_t j = 0; j != operands_.size(); ++j)
      if (operands_[j].form == OperandForm::Scalar)
        out_ << "    const " << valueType(operands_[j].type) << " x" << j << " = "
             << load("(&*in" + std::to_string(j) + ")", "0", operands_[j].type) << ";\n";
    if (loop_ == LoopForm::Flat)
      flat();
    else if (loop_ == LoopForm::Rows)
      rows();
    else
      regions();
    return out_.str();
  }

private:
  /// The part of `count` things that one worker takes: `step` each, in order. The host has rounded the step so that no
  /// two workers store to one word. Step 0 is everything for every worker.
  void share(const std::string &count, const std::string &begin, const std::string &end, const std::string &step,
             bool optional) {
    out_ << "    const unsigned " << begin << " = worker * " << step << ";\n"
         << "    const unsigned " << end << " = " << (optional ? step + " == 0 || " : "") << begin << " + " << step
         << " >= " << count << " ? " << count << " : " << begin << " + " << step << ";\n";
  }

  /// Where things begin; what has an element for each of the result, from element `base` on.
  void pointers(const std::string &indent, const std::string &element, const std::string &base = "") {
    const std::string first = base.empty() ? "" : " + " + base;
    for (std::size_t i = 0; i != request_.outputs.size(); ++i)
      out_ << indent << request_.outputs[i] << " *const __restrict__ q" << i << " = &out" << i << element << "[0]"
           << first << ";\n";
    for (std::size_t j = 0; j != operands_.size(); ++j) {
      const OperandForm form = operands_[j].form;
      if (form == OperandForm::Full || form == OperandForm::Column)
        out_ << indent << "const " << operands_[j].type << " *const p" << j << " = &in" << j << element << "[0]"
             << (form == OperandForm::Full ? first : "") << ";\n";
    }
  }

  void element(const std::string &index, const std::string &column) {
    for (std::size_t j = 0; j != operands_.size(); ++j) {
      const MapOperand &operand = operands_[j];
      if (operand.form == OperandForm::Scalar || operand.form == OperandForm::Row) continue;
      const std::string pointer =
          operand.form == OperandForm::Result ? "q" + std::to_string(operand.output) : "p" + std::to_string(j);
      out_ << "      const " << valueType(operand.type) << " x" << j << " = "
           << load(pointer, operand.form == OperandForm::Column ? column : index, operand.type) << ";\n";
    }
    out_ << emitter_.statements();
    for (std::size_t i = 0; i != results_.size(); ++i)
      out_ << "      q" << i << "[" << index
           << "] = " << (request_.outputs[i] == poplar::HALF ? "half(" + results_[i] + ")" : results_[i]) << ";\n";
  }

  void flat() {
    out_ << "    const unsigned n = out0.size();\n";
    share("n", "begin", "end", "step", false);
    pointers("    ", "");
    out_ << "    for (unsigned i = begin; i < end; ++i) {\n";
    element("i", "i");
    out_ << "    }\n";
  }

  /// Elements of a word, of each thing that has one for each column.
  std::vector<unsigned> elementsOfWord() const {
    std::vector<Type> types(request_.outputs);
    for (const MapOperand &operand : operands_)
      if (operand.form == OperandForm::Full || operand.form == OperandForm::Column) types.push_back(operand.type);
    std::vector<unsigned> elements;
    for (const Type type : types) {
      const unsigned bits = type == poplar::HALF ? 16 : type == poplar::BOOL ? 8 : isInteger(type) ? bitsOf(type) : 32;
      elements.push_back(bits < 32 ? 32 / bits : 1);
    }
    return elements;
  }

  // Workers take rows, or parts of each row.
  void rows() {
    out_ << "    const unsigned columns = cols, rowCount = rows;\n";
    share("rowCount", "rowBegin", "rowEnd", "rowStep", true);
    share("columns", "columnBegin", "columnEnd", "columnStep", true);
    // Rows of narrow elements begin within words. Where all things do so alike, elements before the first whole word
    // come one by one, else all do.
    const std::vector<unsigned> elements = elementsOfWord();
    const std::string most = std::to_string(*std::max_element(elements.begin(), elements.end()));
    const bool narrow = most != "1";
    const bool alike =
        std::count(elements.begin(), elements.end(), elements[0]) == static_cast<std::ptrdiff_t>(elements.size()) &&
        std::none_of(operands_.begin(), operands_.end(),
                     [](const MapOperand &operand) { return operand.form == OperandForm::Column; });
    if (narrow && !alike) out_ << "    const bool inWords = rowCount == 1 || columns % " << most << " == 0;\n";
    out_ << "    for (unsigned r = rowBegin; r < rowEnd; ++r) {\n"
            "      const unsigned base = r * columns;\n";
    for (std::size_t j = 0; j != operands_.size(); ++j)
      if (operands_[j].form == OperandForm::Row)
        out_ << "      const " << valueType(operands_[j].type) << " x" << j << " = "
             << load("(&in" + std::to_string(j) + "[0])", "r", operands_[j].type) << ";\n";
    if (narrow && !alike) out_ << "      if (inWords) {\n";
    pointers("      ", "", "base");
    out_ << "      unsigned i = columnBegin;\n";
    if (narrow && alike) {
      out_ << "      for (; i < columnEnd && (base + i) % " << most << " != 0; ++i) {\n";
      element("i", "i");
      out_ << "      }\n";
    }
    out_ << "      for (; i < columnEnd; ++i) {\n";
    element("i", "i");
    out_ << "      }\n";
    if (narrow && !alike) {
      out_ << "      } else {\n";
      pointers("      ", "");
      out_ << "      for (unsigned i = columnBegin; i < columnEnd; ++i) {\n";
      element("base + i", "i");
      out_ << "      }\n      }\n";
    }
    out_ << "    }\n";
  }

  void regions() {
    out_ << "    const unsigned regions = out0.size();\n"
            "    for (unsigned r = 0; r < regions; ++r) {\n"
            "      const unsigned n = out0[r].size();\n";
    pointers("      ", "[r]");
    out_ << "      for (unsigned i = 0; i < n; ++i) {\n";
    element("i", "i");
    out_ << "      }\n    }\n";
  }

  const MapRequest &request_;
  const std::vector<MapOperand> &operands_;
  LoopForm loop_;
  const Emitter &emitter_;
  const std::vector<std::string> &results_;
  std::ostringstream out_;
};

} // namespace

std::string operatorNames(const Expr &e) {
  if (e.isA<Cast>()) return "Cast" + operatorNames(e.getAs<Cast>()->getLHS());
  std::ostringstream text;
  e.print(text);
  std::string names, word;
  for (char c : text.str()) {
    if (c == '(') {
      if (word != "Const") names += word;
      word.clear();
    } else if (std::isalnum(static_cast<unsigned char>(c))) {
      word += c;
    } else {
      word.clear();
    }
  }
  if (names.size() > 40) names.resize(40);
  return names;
}

/// A cast between real types and nothing else.
bool isCast(const MapRequest &request) {
  const auto *cast = request.exprs.size() == 1 ? request.exprs[0]->getAs<Cast>() : nullptr;
  return cast && cast->getLHS().isA<PlaceHolder>() && isReal(cast->getRHSType());
}

namespace {

/// What follows the name of the class, and the constants.
std::pair<std::string, std::vector<MapConstant>> classBody(const MapRequest &request,
                                                           const std::vector<MapOperand> &operands, LoopForm loop) {
  Emitter emitter(request, operands);
  std::vector<std::string> results;
  for (std::size_t i = 0; i != request.exprs.size(); ++i)
    results.push_back(emitter.emit(*request.exprs[i], request.outputs[i]));

  std::ostringstream fields;
  const auto edge = [&](const char *access, Type type, bool sized) {
    const std::string vector = "poplar::Vector<" + type.toString() + (sized ? ">" : ", poplar::VectorLayout::ONE_PTR>");
    const std::string field = "poplar::" + std::string(access) + "<" + vector + ">";
    if (loop != LoopForm::Regions) return field;
    return "poplar::Vector<" + field + (sized ? ">" : ", poplar::VectorLayout::ONE_PTR>");
  };
  for (std::size_t i = 0; i != request.outputs.size(); ++i) {
    bool read = false;
    for (const MapOperand &operand : operands) read |= operand.form == OperandForm::Result && operand.output == i;
    fields << "  " << edge(read ? "InOut" : "Output", request.outputs[i], i == 0) << " out" << i << ";\n";
  }
  for (std::size_t j = 0; j != operands.size(); ++j)
    if (operands[j].form == OperandForm::Scalar)
      fields << "  poplar::Input<" << operands[j].type << "> in" << j << ";\n";
    else if (operands[j].form != OperandForm::Result)
      fields << "  " << edge("Input", operands[j].type, false) << " in" << j << ";\n";
  for (std::size_t k = 0; k != emitter.constants.size(); ++k)
    fields << "  const " << valueType(emitter.constants[k].type) << " c" << k << ";\n";
  if (loop == LoopForm::Flat) fields << "  const unsigned step;\n";
  if (loop == LoopForm::Rows) fields << "  const unsigned rows, cols, rowStep, columnStep;\n";

  const std::string base = loop == LoopForm::Regions ? "poplar::Vertex" : "poplar::MultiVertex";
  const std::string parameter = loop == LoopForm::Regions ? "" : "unsigned worker";
  const std::string body =
      " : public " + base + " {\npublic:\n" + fields.str() + "  bool compute(" + parameter +
      ") {\n    popgraph::handScheduled();\n" + (isCast(request) ? "    popgraph::pacedStores();\n" : "") +
      LoopWriter(request, operands, loop, emitter, results).write() + "    return true;\n  }\n};\n";
  return {body, emitter.constants};
}

std::string nameOf(const MapRequest &request, const std::string &body) {
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(fnv(body)));
  std::string shortName = operatorNames(*request.exprs[0]);
  if (shortName.empty()) shortName = "Assign";
  return shortName + "_" + hash;
}

std::string sourceOf(const std::string &className, const std::string &body) {
  return kPrelude + ("class " + className) + body + "}} // namespace\n";
}

} // namespace

std::string mapCodeletSource(const MapRequest &request, const std::vector<MapOperand> &operands, LoopForm loop) {
  const std::string body = classBody(request, operands, loop).first;
  return sourceOf(nameOf(request, body), body);
}

MapCodelet addMapCodelet(poplar::Graph &graph, const MapRequest &request, const std::vector<MapOperand> &operands,
                         LoopForm loop) {
  const auto [body, constants] = classBody(request, operands, loop);
  const std::string className = nameOf(request, body);
  MapCodelet codelet{"popops::map::" + className, constants};
  if (!graph.hasCodelet(codelet.name)) {
    std::stringstream source(sourceOf(className, body));
    graph.addCodelets(source, "-O3");
  }
  return codelet;
}

} // namespace popops::detail
