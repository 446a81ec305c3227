#ifndef poplar_SourceLocation_hpp
#define poplar_SourceLocation_hpp

#include "poplar/StringRef.hpp"

namespace poplar {

/// A place in a source file. The texts are borrowed; the compiler's own live as long as the process.
class SourceLocation {
public:
  /// No place.
  constexpr SourceLocation() : function_(""), file_(""), line_(0) {}
  /// The given place; the texts must outlive it.
  constexpr SourceLocation(const char *functionName, const char *fileName, unsigned lineNumber)
      : function_(functionName), file_(fileName), line_(lineNumber) {}
  /// The place of the call; as a default argument, of the call that omits it.
  static constexpr SourceLocation Current(const char *functionName = __builtin_FUNCTION(),
                                          const char *fileName = __builtin_FILE(),
                                          unsigned lineNumber = __builtin_LINE()) {
    return SourceLocation(functionName, fileName, lineNumber);
  }
  /// Function, file as the compiler was given it, and line counted from 1.
  const char *getFunctionName() const { return function_; }
  const char *getFileName() const { return file_; }
  unsigned getLineNumber() const { return line_; }
  /// False for the default value.
  bool isValid() const { return line_ != 0; }

private:
  const char *function_, *file_;
  unsigned line_;
};

} // namespace poplar

#endif
