#include "codelets/frontend/Fields.hpp"
#include "codelets/frontend/Constraints.hpp"
#include <clang/AST/ASTContext.h>
#include <clang/AST/Decl.h>
#include <clang/AST/DeclCXX.h>
#include <clang/AST/DeclTemplate.h>
#include <clang/AST/RecordLayout.h>
#include <clang/Basic/Diagnostic.h>
#include <llvm/ADT/StringExtras.h>
#include <optional>

namespace popgraph::codelets {
namespace {

using namespace clang;

// "ns::Name" without inline namespaces, as the graph spells it.
std::string qualifiedName(const NamedDecl *decl);

std::string typeName(const ASTContext &context, QualType type);

std::string argumentName(const ASTContext &context, const TemplateArgument &argument) {
  switch (argument.getKind()) {
  case TemplateArgument::Type:
    return typeName(context, argument.getAsType());
  case TemplateArgument::Integral: {
    const QualType type = argument.getIntegralType();
    const llvm::APSInt value = argument.getAsIntegral();
    if (type->isBooleanType()) return value.isZero() ? "false" : "true";
    if (const auto *enumType = type->getAs<EnumType>()) {
      const EnumDecl *decl = enumType->getDecl();
      for (const EnumConstantDecl *enumerator : decl->enumerators())
        if (llvm::APSInt::isSameValue(enumerator->getInitVal(), value)) {
          const std::string scope =
              decl->isScoped() ? qualifiedName(decl)
                               : qualifiedName(cast<NamedDecl>(Decl::castFromDeclContext(decl->getDeclContext())));
          return scope.empty() ? enumerator->getNameAsString() : scope + "::" + enumerator->getNameAsString();
        }
      return ("(" + llvm::Twine(qualifiedName(decl)) + ")" + llvm::toString(value, 10)).str();
    }
    return llvm::toString(value, 10);
  }
  case TemplateArgument::Template:
    return qualifiedName(argument.getAsTemplate().getAsTemplateDecl());
  case TemplateArgument::Declaration:
    return ("&" + llvm::Twine(qualifiedName(argument.getAsDecl()))).str();
  case TemplateArgument::NullPtr:
    return "nullptr";
  case TemplateArgument::Pack: {
    std::string text;
    for (const TemplateArgument &element : argument.pack_elements()) {
      if (!text.empty()) text += ',';
      text += argumentName(context, element);
    }
    return text;
  }
  default: {
    std::string text;
    llvm::raw_string_ostream stream(text);
    argument.print(context.getPrintingPolicy(), stream, true);
    return text;
  }
  }
}

std::string templateArguments(const ASTContext &context, const TemplateArgumentList &list) {
  std::string text;
  for (const TemplateArgument &argument : list.asArray()) {
    const std::string one = argumentName(context, argument);
    if (argument.getKind() == TemplateArgument::Pack && one.empty()) continue;
    if (!text.empty()) text += ',';
    text += one;
  }
  return ("<" + llvm::Twine(text) + ">").str();
}

std::string qualifiedName(const NamedDecl *decl) {
  if (!decl || isa<TranslationUnitDecl>(decl)) return "";
  std::string own = decl->getNameAsString();
  if (const auto *special = dyn_cast<ClassTemplateSpecializationDecl>(decl))
    own += templateArguments(decl->getASTContext(), special->getTemplateArgs());
  const DeclContext *parent = decl->getDeclContext();
  while (parent && !parent->isTranslationUnit()) {
    if (const auto *ns = dyn_cast<NamespaceDecl>(parent); ns && (ns->isInline() || ns->isAnonymousNamespace())) {
      parent = parent->getParent();
      continue;
    }
    if (const auto *named = dyn_cast<NamedDecl>(Decl::castFromDeclContext(parent)))
      return qualifiedName(named) + "::" + own;
    parent = parent->getParent();
  }
  return own;
}

bool isNamed(const CXXRecordDecl *record, StringRef space, StringRef name) {
  if (!record || !record->getIdentifier() || record->getName() != name) return false;
  const DeclContext *parent = record->getDeclContext()->getRedeclContext();
  if (space.empty()) return parent->isTranslationUnit();
  const auto *ns = dyn_cast<NamespaceDecl>(parent);
  return ns && ns->getName() == space && ns->getParent()->getRedeclContext()->isTranslationUnit();
}

std::optional<ElementType> elementType(QualType type) {
  type = type.getCanonicalType().getUnqualifiedType();
  if (const auto *enumType = type->getAs<EnumType>()) type = enumType->getDecl()->getIntegerType().getCanonicalType();
  if (const auto *builtin = type->getAs<BuiltinType>()) {
    switch (builtin->getKind()) {
    case BuiltinType::Bool: return ElementType::Bool;
    case BuiltinType::Char_S: case BuiltinType::Char_U: return ElementType::Char;
    case BuiltinType::SChar: return ElementType::SignedChar;
    case BuiltinType::UChar: return ElementType::UnsignedChar;
    case BuiltinType::Short: return ElementType::Short;
    case BuiltinType::UShort: return ElementType::UnsignedShort;
    case BuiltinType::Int: return ElementType::Int;
    case BuiltinType::UInt: return ElementType::UnsignedInt;
    case BuiltinType::Long: return ElementType::Long;
    case BuiltinType::ULong: return ElementType::UnsignedLong;
    case BuiltinType::LongLong: return ElementType::LongLong;
    case BuiltinType::ULongLong: return ElementType::UnsignedLongLong;
    case BuiltinType::Float: return ElementType::Float;
    case BuiltinType::Double: return ElementType::Double;
    default: return std::nullopt;
    }
  }
  const CXXRecordDecl *record = type->getAsCXXRecordDecl();
  if (isNamed(record, "", "half")) return ElementType::Half;
  if (isNamed(record, "", "quarter")) return ElementType::Quarter;
  return std::nullopt;
}

std::string typeName(const ASTContext &context, QualType type) {
  type = type.getCanonicalType();
  if (!type->isEnumeralType())
    if (const auto element = elementType(type)) {
      const std::string name(elementName(*element));
      return type.isConstQualified() ? name + " const" : name;
    }
  if (type->isEnumeralType()) return qualifiedName(type->getAs<EnumType>()->getDecl());
  if (const CXXRecordDecl *record = type->getAsCXXRecordDecl()) return qualifiedName(record);
  PrintingPolicy policy = context.getPrintingPolicy();
  policy.SuppressTagKeyword = true;
  return type.getAsString(policy);
}

// Arguments of poplar::<name><...>, or null.
const TemplateArgumentList *asTemplate(QualType type, StringRef name) {
  const auto *record = dyn_cast_or_null<ClassTemplateSpecializationDecl>(type->getAsCXXRecordDecl());
  return isNamed(record, "poplar", name) ? &record->getTemplateArgs() : nullptr;
}

std::optional<Access> edgeOf(QualType type, QualType &inner) {
  struct Row { const char *name; Access access; };
  for (const Row &row : {Row{"Input", Access::Input}, Row{"Output", Access::Output}, Row{"InOut", Access::InOut}})
    if (const auto *args = asTemplate(type, row.name)) {
      inner = args->get(0).getAsType();
      return row.access;
    }
  return std::nullopt;
}

struct VectorOf {
  QualType element;
  Layout layout;
  std::uint32_t alignment;
  bool interleaved;
};

Layout vectorLayout(std::uint64_t enumerator) {
  // The order of poplar::VectorLayout.
  constexpr Layout table[] = {Layout::Span,        Layout::ShortSpan,    Layout::OnePtr, Layout::ScaledPtr32,
                              Layout::ScaledPtr64, Layout::ScaledPtr128, Layout::OnePtr};
  return enumerator < std::size(table) ? table[enumerator] : Layout::Span;
}

std::optional<VectorOf> vectorOf(QualType type) {
  const auto *args = asTemplate(type, "Vector");
  if (!args) return std::nullopt;
  return VectorOf{args->get(0).getAsType(), vectorLayout(args->get(1).getAsIntegral().getZExtValue()),
                  static_cast<std::uint32_t>(args->get(2).getAsIntegral().getZExtValue()),
                  !args->get(3).getAsIntegral().isZero()};
}

std::optional<VectorOf> vectorListOf(QualType type) {
  const auto *args = asTemplate(type, "VectorList");
  if (!args) return std::nullopt;
  const bool elements = args->get(1).getAsIntegral().getZExtValue() == 1;
  return VectorOf{args->get(0).getAsType(), elements ? Layout::DeltaNElements : Layout::DeltaN,
                  static_cast<std::uint32_t>(args->get(2).getAsIntegral().getZExtValue()),
                  !args->get(3).getAsIntegral().isZero()};
}

bool setElement(Field &field, QualType type, std::uint32_t declaredAlignment, bool interleaved) {
  const auto element = elementType(type);
  if (!element) return false;
  field.type = *element;
  field.interleaved = interleaved;
  field.alignment = std::max<std::uint32_t>(declaredAlignment, elementBytes(*element));
  return true;
}

// Fills everything but name and offsets. False: a type that a vertex field cannot have.
bool describe(Field &field, QualType type) {
  type = type.getCanonicalType().getUnqualifiedType();
  QualType inner;
  if (const auto access = edgeOf(type, inner)) {
    field.access = *access;
    if (const auto vector = vectorOf(inner)) {
      field.outer = vector->layout;
      if (const auto row = vectorOf(vector->element)) {
        field.shape = FieldShape::VectorOfVectors;
        field.inner = row->layout;
        return setElement(field, row->element, row->alignment, row->interleaved);
      }
      field.shape = FieldShape::Vector;
      return setElement(field, vector->element, vector->alignment, vector->interleaved);
    }
    if (const auto list = vectorListOf(inner)) {
      field.shape = FieldShape::VectorList;
      field.outer = list->layout;
      field.inner = Layout::Span;
      return setElement(field, list->element, list->alignment, list->interleaved);
    }
    field.shape = FieldShape::Scalar;
    return setElement(field, inner, 1, false);
  }
  if (const auto vector = vectorOf(type)) {
    field.outer = vector->layout;
    if (const auto access = edgeOf(vector->element, inner)) {
      field.access = *access;
      if (const auto row = vectorOf(inner)) {
        field.shape = FieldShape::VectorOfVectors;
        field.inner = row->layout;
        return setElement(field, row->element, row->alignment, row->interleaved);
      }
      field.shape = FieldShape::Vector; // an array of scalar edges lies in memory as one vector
      return setElement(field, inner, 1, false);
    }
    field.shape = FieldShape::Vector;
    return setElement(field, vector->element, vector->alignment, vector->interleaved);
  }
  field.shape = FieldShape::Scalar;
  return setElement(field, type, 1, false);
}

struct Extent { std::uint32_t bytes, align; };

// Bytes in the ILP32 image with Poplar's layouts.
Extent nominalExtent(const Field &field) {
  if (field.shape == FieldShape::Scalar) {
    if (field.access != Access::State) return {4, 4};
    const auto bytes = static_cast<std::uint32_t>(elementBytes(field.type));
    return {bytes, std::min<std::uint32_t>(bytes, 4)};
  }
  switch (field.outer) {
  case Layout::Span: return {8, 4};
  case Layout::DeltaN: case Layout::DeltaNElements: return {8, 4};
  case Layout::ScaledPtr32: case Layout::ScaledPtr64: case Layout::ScaledPtr128: return {2, 2};
  default: return {4, 4}; // one word: OnePtr, and ShortSpan's packed pointer and size
  }
}

class Finder {
public:
  explicit Finder(ASTContext &context) : context_(context) {}
  std::vector<VertexClass> vertices;

  void walk(const DeclContext *scope) {
    for (Decl *decl : scope->decls()) {
      if (isa<NamespaceDecl>(decl) || isa<LinkageSpecDecl>(decl)) {
        // The standard library holds no vertices and is most of what a codelet includes.
        if (auto *ns = dyn_cast<NamespaceDecl>(decl); ns && ns->isStdNamespace()) continue;
        walk(cast<DeclContext>(decl));
      } else if (auto *classTemplate = dyn_cast<ClassTemplateDecl>(decl)) {
        if (!classTemplate->isCanonicalDecl()) continue;
        for (ClassTemplateSpecializationDecl *special : classTemplate->specializations()) consider(special);
      } else if (auto *record = dyn_cast<CXXRecordDecl>(decl)) {
        if (!isa<ClassTemplateSpecializationDecl>(record)) consider(record);
      }
    }
  }

private:
  void consider(CXXRecordDecl *record) {
    CXXRecordDecl *definition = record->getDefinition();
    if (!definition || definition != record || definition->isDependentContext() || definition->isInvalidDecl()) return;
    walk(definition);
    if (auto *special = dyn_cast<ClassTemplateSpecializationDecl>(definition)) {
      const auto kind = special->getTemplateSpecializationKind();
      if (kind != TSK_ExplicitInstantiationDefinition && kind != TSK_ExplicitSpecialization) return;
    }
    const auto kind = vertexKind(definition);
    if (!kind) return;
    VertexClass vertex{};
    vertex.record = definition;
    std::int64_t offset = 0;
    vertex.compute = findCompute(definition, *kind, offset);
    if (!vertex.compute) {
      // Without any compute() it is a base class of vertices.
      if (const CXXMethodDecl *other = anyCompute(definition))
        report(other->getLocation(),
               *kind == VertexKind::MultiVertex
                   ? "compute() of the MultiVertex '%0' takes one argument: compute(unsigned workerId)"
                   : "compute() of vertex '%0' takes no arguments",
               qualifiedName(definition));
      return;
    }
    vertex.inherited = vertex.compute->getParent() != definition;
    vertex.found.thisOffset = offset;
    describeClass(vertex, *kind);
    vertices.push_back(std::move(vertex));
  }

  std::optional<VertexKind> vertexKind(const CXXRecordDecl *record) {
    if (isNamed(record, "poplar", "MultiVertex")) return VertexKind::MultiVertex;
    if (isNamed(record, "poplar", "SupervisorVertex")) return VertexKind::Supervisor;
    if (isNamed(record, "poplar", "VertexBase")) return VertexKind::Vertex;
    for (const CXXBaseSpecifier &base : record->bases()) {
      const CXXRecordDecl *baseRecord = base.getType()->getAsCXXRecordDecl();
      if (!baseRecord || !baseRecord->getDefinition()) continue;
      if (const auto kind = vertexKind(baseRecord->getDefinition())) return kind;
    }
    return std::nullopt;
  }

  CXXMethodDecl *findCompute(const CXXRecordDecl *record, VertexKind kind, std::int64_t &offset) {
    const unsigned parameters = kind == VertexKind::MultiVertex ? 1 : 0;
    for (CXXMethodDecl *method : record->methods())
      if (method->getDeclName().isIdentifier() && method->getName() == "compute" && !method->isStatic() &&
          method->getNumParams() == parameters)
        return method;
    const ASTRecordLayout &layout = context_.getASTRecordLayout(record);
    for (const CXXBaseSpecifier &base : record->bases()) {
      const CXXRecordDecl *baseRecord = base.getType()->getAsCXXRecordDecl()->getDefinition();
      if (base.isVirtual()) continue;
      std::int64_t inBase = 0;
      if (CXXMethodDecl *method = findCompute(baseRecord, kind, inBase)) {
        offset = inBase + layout.getBaseClassOffset(baseRecord).getQuantity();
        return method;
      }
    }
    return nullptr;
  }

  static const CXXMethodDecl *anyCompute(const CXXRecordDecl *record) {
    for (const CXXMethodDecl *method : record->methods())
      if (method->getDeclName().isIdentifier() && method->getName() == "compute") return method;
    return nullptr;
  }

  void describeClass(VertexClass &vertex, VertexKind kind) {
    Codelet &codelet = vertex.found.codelet;
    codelet.name = normaliseVertexName(qualifiedName(vertex.record));
    codelet.kind = kind;
    const ASTRecordLayout &layout = context_.getASTRecordLayout(vertex.record);
    codelet.hostBytes = static_cast<std::uint32_t>(layout.getSize().getQuantity());
    codelet.hostAlign = static_cast<std::uint32_t>(layout.getAlignment().getQuantity());
    codelet.returnsBool = vertex.compute->getReturnType()->isBooleanType();
    std::uint32_t nominal = 0;
    collect(codelet, vertex.record, 0, nominal);
    codelet.nominalAlign = 4;
    codelet.nominalBytes = (nominal + 3) & ~3u;
    for (std::size_t i = 0; i != codelet.fields.size(); ++i)
      for (std::size_t j = i + 1; j != codelet.fields.size(); ++j)
        if (codelet.fields[i].name == codelet.fields[j].name)
          report(vertex.record->getLocation(), "vertex '%0' has two fields named '%1'", codelet.name,
                 codelet.fields[i].name);
    for (const NamedConstraint &constraint : constraintsOf(*vertex.record)) {
      ApartFields pair;
      pair.region = constraint.region;
      for (auto [name, index] : {std::pair{&constraint.a, &pair.a}, {&constraint.b, &pair.b}}) {
        const auto field = std::find_if(codelet.fields.begin(), codelet.fields.end(),
                                        [&, wanted = name](const Field &f) { return f.name == *wanted; });
        if (field == codelet.fields.end())
          report(vertex.record->getLocation(), "a constraint of vertex '%0' names '%1', which is no field of it",
                 codelet.name, *name);
        *index = static_cast<std::uint32_t>(field - codelet.fields.begin());
      }
      codelet.apart.push_back(pair);
    }
    if (vertex.record->isPolymorphic())
      report(vertex.record->getLocation(), "vertex '%0' has virtual functions: a vertex is a memory image that is "
             "never constructed, so it cannot have any", codelet.name);
  }

  void collect(Codelet &codelet, const CXXRecordDecl *record, std::uint64_t offset, std::uint32_t &nominal) {
    const ASTRecordLayout &layout = context_.getASTRecordLayout(record);
    for (const CXXBaseSpecifier &base : record->bases()) {
      const CXXRecordDecl *baseRecord = base.getType()->getAsCXXRecordDecl()->getDefinition();
      if (base.isVirtual()) {
        report(base.getBeginLoc(), "vertex '%0' has a virtual base class '%1'", codelet.name,
               qualifiedName(baseRecord));
        continue;
      }
      const auto inside = static_cast<std::uint64_t>(layout.getBaseClassOffset(baseRecord).getQuantity());
      collect(codelet, baseRecord, offset + inside, nominal);
    }
    for (const FieldDecl *decl : record->fields()) {
      Field field;
      field.name = decl->getNameAsString();
      if (field.name.empty() || decl->isBitField() || !describe(field, decl->getType())) {
        std::string type = decl->isBitField() ? "bit-field" : decl->getType().getAsString(context_.getPrintingPolicy());
        report(decl->getLocation(), "field '%0' has the unsupported field type '%1': a vertex field is a scalar, a "
               "Vector, or an Input, Output or InOut of a scalar, Vector or VectorList",
               codelet.name + "::" + field.name, type);
        continue;
      }
      field.hostOffset = static_cast<std::uint32_t>(
          offset + layout.getFieldOffset(decl->getFieldIndex()) / static_cast<unsigned>(context_.getCharWidth()));
      field.hostSize = static_cast<std::uint32_t>(context_.getTypeSizeInChars(decl->getType()).getQuantity());
      const Extent extent = nominalExtent(field);
      nominal = (nominal + extent.align - 1) & ~(extent.align - 1);
      field.nominalOffset = nominal;
      field.nominalSize = extent.bytes;
      nominal += extent.bytes;
      codelet.fields.push_back(std::move(field));
    }
  }

  void report(SourceLocation where, StringRef format, const std::string &first, const std::string &second = "") {
    DiagnosticsEngine &diagnostics = context_.getDiagnostics();
    const unsigned id = diagnostics.getDiagnosticIDs()->getCustomDiagID(DiagnosticIDs::Error, format);
    diagnostics.Report(where, id) << first << second;
  }

  ASTContext &context_;
};

} // namespace

std::vector<VertexClass> findVertices(clang::ASTContext &context) {
  Finder finder(context);
  finder.walk(context.getTranslationUnitDecl());
  return std::move(finder.vertices);
}

} // namespace popgraph::codelets
