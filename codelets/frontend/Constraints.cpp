#include "codelets/frontend/Constraints.hpp"
#include <clang/AST/ASTContext.h>
#include <clang/AST/Attr.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/Expr.h>
#include <clang/Basic/ParsedAttrInfo.h>
#include <clang/Sema/ParsedAttr.h>
#include <clang/Sema/Sema.h>
#include <regex>

namespace popgraph::codelets {
namespace {

using namespace clang;

constexpr char kPrefix[] = "poplar::constraint ";

/// Keeps the attribute's texts as annotations, which templates hand on to their instances.
struct ConstraintAttribute : public ParsedAttrInfo {
  ConstraintAttribute() {
    // The parser of arguments looks for the name alone, what follows for the whole.
    static constexpr Spelling kSpellings[] = {{ParsedAttr::AS_CXX11, "poplar::constraint"},
                                              {ParsedAttr::AS_CXX11, "constraint"}};
    Spellings = kSpellings;
    OptArgs = 15;
  }
  AttrHandling handleDeclAttribute(Sema &sema, Decl *decl, const ParsedAttr &attribute) const override {
    if (!attribute.hasScope() || !attribute.getScopeName()->isStr("poplar")) return AttributeNotApplied;
    for (unsigned i = 0; i != attribute.getNumArgs(); ++i) {
      if (!attribute.isArgExpr(i)) continue;
      const auto *text = dyn_cast<StringLiteral>(attribute.getArgAsExpr(i)->IgnoreParenImpCasts());
      if (text)
        decl->addAttr(
            AnnotateAttr::Create(sema.Context, kPrefix + text->getString().str(), nullptr, 0, attribute.getRange()));
    }
    return AttributeApplied;
  }
};

// Clang has no other way to learn of an attribute.
const ParsedAttrInfoRegistry::Add<ConstraintAttribute> kRegistered("poplar::constraint", "places edges of vertices");

} // namespace

std::vector<NamedConstraint> constraintsOf(const clang::CXXRecordDecl &record) {
  static const std::regex form(R"(\s*(elem|region)\s*\(\s*\**\s*(\w+)\s*\)\s*!=\s*\1\s*\(\s*\**\s*(\w+)\s*\)\s*)");
  std::vector<NamedConstraint> result;
  for (const auto *annotation : record.specific_attrs<AnnotateAttr>()) {
    const StringRef text = annotation->getAnnotation();
    if (!text.starts_with(kPrefix)) continue;
    const std::string wanted = text.drop_front(StringRef(kPrefix).size()).str();
    std::smatch match;
    if (std::regex_match(wanted, match, form)) result.push_back({match[2], match[3], match[1] == "region"});
  }
  return result;
}

} // namespace popgraph::codelets
