#include <bit>

#include "codelets/client/Bytes.hpp"
#include "codelets/client/Compiler.hpp"

namespace popgraph::codelets {
namespace {

constexpr std::uint32_t kModuleMagic = 0x4d435050; // "PPCM"
constexpr std::uint32_t kModuleVersion = 2;
constexpr std::uint32_t kMaxCodelets = 1u << 20, kMaxFields = 1u << 16;
constexpr std::uint32_t kMaxAlign = 4096; // storage begins at a page

template <class Enum> Enum takeEnum(ByteReader &reader, Enum last) {
  const std::uint8_t value = reader.u8();
  if (value > static_cast<std::uint8_t>(last)) reader.fail("has an enumerator out of range");
  return static_cast<Enum>(value);
}

void checkAlign(const ByteReader &reader, std::uint32_t align) {
  if (!std::has_single_bit(align) || align > kMaxAlign) reader.fail("has an alignment that is no power of two up to 4096");
}

Field readField(ByteReader &reader) {
  Field field;
  field.name = reader.text();
  field.type = takeEnum(reader, static_cast<ElementType>(kNumElementTypes - 1));
  field.access = takeEnum(reader, Access::InOut);
  field.shape = takeEnum(reader, FieldShape::VectorList);
  field.outer = takeEnum(reader, Layout::DeltaNElements);
  field.inner = takeEnum(reader, Layout::DeltaNElements);
  field.interleaved = reader.u8() != 0;
  for (std::uint32_t *number :
       {&field.alignment, &field.hostOffset, &field.hostSize, &field.nominalOffset, &field.nominalSize})
    *number = reader.u32();
  return field;
}

Codelet readCodelet(ByteReader &reader) {
  Codelet codelet;
  codelet.name = reader.text();
  codelet.kind = takeEnum(reader, VertexKind::Supervisor);
  codelet.returnsBool = reader.u8() != 0;
  codelet.cyclesFromState = reader.u8() != 0;
  for (std::uint32_t *number : {&codelet.hostBytes, &codelet.hostAlign, &codelet.nominalBytes, &codelet.nominalAlign,
                                &codelet.codeBytes, &codelet.stackBytes})
    *number = reader.u32();
  checkAlign(reader, codelet.hostAlign);
  checkAlign(reader, codelet.nominalAlign);
  codelet.runSymbol = reader.text();
  codelet.plainSymbol = reader.text();
  const std::uint32_t fields = reader.u32();
  if (fields > kMaxFields) reader.fail("has too many fields");
  for (std::uint32_t i = 0; i != fields; ++i) {
    codelet.fields.push_back(readField(reader));
    const Field &field = codelet.fields.back();
    if (field.hostOffset > codelet.hostBytes || field.hostSize > codelet.hostBytes - field.hostOffset)
      reader.fail("has a field outside its vertex");
  }
  const std::uint32_t apart = reader.u32();
  if (apart > kMaxFields) reader.fail("has too many constraints");
  for (std::uint32_t i = 0; i != apart; ++i) {
    ApartFields pair;
    pair.a = reader.u32();
    pair.b = reader.u32();
    pair.region = reader.u8() != 0;
    if (pair.a >= fields || pair.b >= fields) reader.fail("has a constraint of a field that it lacks");
    codelet.apart.push_back(pair);
  }
  return codelet;
}

} // namespace

std::string writeModule(const CodeletModule &module) {
  ByteWriter writer;
  writer.u32(kModuleMagic);
  writer.u32(kModuleVersion);
  writer.text(module.target);
  writer.u32(module.globalsBytes);
  writer.u32(module.globalsAlign);
  writer.text(module.globalsInit);
  writer.u8(module.readsContext);
  writer.u32(static_cast<std::uint32_t>(module.codelets.size()));
  for (const Codelet &codelet : module.codelets) {
    writer.text(codelet.name);
    writer.u8(static_cast<std::uint8_t>(codelet.kind));
    writer.u8(codelet.returnsBool);
    writer.u8(codelet.cyclesFromState);
    for (std::uint32_t number : {codelet.hostBytes, codelet.hostAlign, codelet.nominalBytes, codelet.nominalAlign,
                                 codelet.codeBytes, codelet.stackBytes})
      writer.u32(number);
    writer.text(codelet.runSymbol);
    writer.text(codelet.plainSymbol);
    writer.u32(static_cast<std::uint32_t>(codelet.fields.size()));
    for (const Field &field : codelet.fields) {
      writer.text(field.name);
      writer.u8(static_cast<std::uint8_t>(field.type));
      writer.u8(static_cast<std::uint8_t>(field.access));
      writer.u8(static_cast<std::uint8_t>(field.shape));
      writer.u8(static_cast<std::uint8_t>(field.outer));
      writer.u8(static_cast<std::uint8_t>(field.inner));
      writer.u8(field.interleaved);
      for (std::uint32_t number :
           {field.alignment, field.hostOffset, field.hostSize, field.nominalOffset, field.nominalSize})
        writer.u32(number);
    }
    writer.u32(static_cast<std::uint32_t>(codelet.apart.size()));
    for (const ApartFields &pair : codelet.apart) {
      writer.u32(pair.a);
      writer.u32(pair.b);
      writer.u8(pair.region);
    }
  }
  writer.text(module.object);
  return writer.take();
}

CodeletModule readModule(std::string_view bytes, const std::string &path) {
  ByteReader reader(bytes, path);
  CodeletModule module;
  if (reader.u32() != kModuleMagic) reader.fail("holds no codelets");
  if (const std::uint32_t version = reader.u32(); version != kModuleVersion)
    reader.fail("has codelet format version " + std::to_string(version) + "; this popgraph reads " +
                std::to_string(kModuleVersion));
  module.target = reader.text();
  module.globalsBytes = reader.u32();
  module.globalsAlign = reader.u32();
  checkAlign(reader, module.globalsAlign);
  module.globalsInit = reader.text();
  if (module.globalsInit.size() != module.globalsBytes) reader.fail("has a wrong size of its globals");
  module.readsContext = reader.u8() != 0;
  const std::uint32_t count = reader.u32();
  if (count > kMaxCodelets) reader.fail("has too many codelets");
  for (std::uint32_t i = 0; i != count; ++i) module.codelets.push_back(readCodelet(reader));
  module.object = reader.text();
  reader.end();
  return module;
}

} // namespace popgraph::codelets
