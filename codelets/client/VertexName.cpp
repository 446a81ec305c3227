#include "codelets/client/Codelet.hpp"
#include <cctype>

namespace popgraph::codelets {
namespace {

bool isWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Reads the multi-word spellings of integer types ("unsigned", "long int", "short unsigned int") as one type.
class IntegerWords {
public:
  bool add(std::string_view word) {
    if (word == "unsigned") return ++unsigned_, true;
    if (word == "signed") return ++signed_, true;
    if (word == "long") return ++long_, true;
    if (word == "short") return ++short_, true;
    if (word == "int") return ++int_, true;
    if (word == "char") return ++char_, true;
    return false;
  }
  bool any() const { return unsigned_ + signed_ + long_ + short_ + int_ + char_ != 0; }
  std::string text() const {
    if (char_) return unsigned_ ? "unsigned char" : signed_ ? "signed char" : "char";
    std::string base = short_ ? "short" : long_ > 1 ? "long long" : long_ ? "long" : "int";
    return unsigned_ ? "unsigned " + base : base;
  }

private:
  int unsigned_ = 0, signed_ = 0, long_ = 0, short_ = 0, int_ = 0, char_ = 0;
};

} // namespace

std::string normaliseVertexName(std::string_view name) {
  std::string result;
  IntegerWords integer;
  bool wasWord = false; // the last thing written was a word: another word needs a space between
  const auto flush = [&] {
    if (!integer.any()) return;
    if (wasWord) result += ' ';
    result += integer.text();
    wasWord = true;
    integer = {};
  };
  for (std::size_t i = 0; i < name.size();) {
    if (std::isspace(static_cast<unsigned char>(name[i]))) {
      ++i;
      continue;
    }
    std::size_t end = i + 1;
    if (isWord(name[i])) {
      while (end < name.size() && isWord(name[end])) ++end;
      std::string_view word = name.substr(i, end - i);
      if (std::isdigit(static_cast<unsigned char>(word[0]))) // 2u is 2
        while (word.size() > 1 && std::string_view("uUlL").find(word.back()) != std::string_view::npos)
          word.remove_suffix(1);
      if (!integer.add(word)) {
        flush();
        if (wasWord) result += ' ';
        result += word;
        wasWord = true;
      }
    } else {
      flush();
      result += name[i];
      wasWord = false;
    }
    i = end;
  }
  flush();
  return result;
}

} // namespace popgraph::codelets
