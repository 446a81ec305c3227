#pragma once
// [[poplar::constraint("elem(*a) != elem(*b)")]] on vertex classes.
#include <string>
#include <vector>

namespace clang {
class CXXRecordDecl;
}

namespace popgraph::codelets {

/// Names of two fields whose data must lie in different memory elements, or regions.
struct NamedConstraint {
  std::string a, b;
  bool region;
};

/// What a class asks for; texts of other forms ask for nothing.
std::vector<NamedConstraint> constraintsOf(const clang::CXXRecordDecl &record);

} // namespace popgraph::codelets
