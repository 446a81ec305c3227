#pragma once
// Vertex classes and their fields, read from clang's AST.
#include "codelets/frontend/FrontEnd.hpp"

namespace clang { class ASTContext; class CXXMethodDecl; class CXXRecordDecl; class Sema; }

namespace popgraph::codelets {

struct VertexClass {
  const clang::CXXRecordDecl *record;
  clang::CXXMethodDecl *compute;
  FoundVertex found;          ///< computeSymbol is filled by the caller
  bool inherited = false;     ///< compute() belongs to a base class
};

/// Every complete vertex class of the translation unit that the graph can name: ordinary classes, explicit
/// specialisations and explicit instantiations. Problems are reported as clang errors at their place.
std::vector<VertexClass> findVertices(clang::ASTContext &context);

} // namespace popgraph::codelets
