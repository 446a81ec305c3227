#ifndef poplar_CodeletFileType_hpp
#define poplar_CodeletFileType_hpp

namespace poplar {

/// What a file of codelets contains.
enum class CodeletFileType {
  PreprocessedAsmSource, ///< assembly that goes through the preprocessor, `.S`
  AsmSource,             ///< assembly, `.s`
  CSource,               ///< C, `.c`
  CppSource,             ///< C++, `.cpp` and its other usual endings
  IrSource,              ///< compiler's intermediate text, `.ll`
  Object,                ///< compiled codelets, `.gp`
  Auto                   ///< what the file's ending says
};

} // namespace poplar

#endif
