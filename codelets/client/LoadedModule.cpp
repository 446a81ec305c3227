// Relocating loader for the objects popc writes: ELF64 x86-64, position independent, small code model. Everything
// that the object says is checked before it is used.
#include "codelets/client/Compiler.hpp"
#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <cxxabi.h>
#include <elf.h>
#include <map>
#include <sys/mman.h>
#include <unistd.h>

namespace popgraph::codelets {
namespace {

// printf of codelets: formats and hands the text to the runtime.
extern "C" int popgraphPrint(VertexContext *context, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  char small[512];
  const int length = std::vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (length > 0 && context->print) {
    if (static_cast<std::size_t>(length) < sizeof small) {
      context->print(context, small, static_cast<std::uint64_t>(length));
    } else {
      std::string text(static_cast<std::size_t>(length) + 1, '\0');
      std::vsnprintf(text.data(), text.size(), format, again);
      context->print(context, text.data(), static_cast<std::uint64_t>(length));
    }
  }
  va_end(again);
  return length;
}

// All that a codelet may import. The compiler turns llvm.memcpy and its like into calls.
void *importAddress(std::string_view name) {
  if (name == "popgraph_print") return reinterpret_cast<void *>(&popgraphPrint);
  if (name == "memcpy") return reinterpret_cast<void *>(&std::memcpy);
  if (name == "memmove") return reinterpret_cast<void *>(&std::memmove);
  if (name == "memset") return reinterpret_cast<void *>(&std::memset);
  return nullptr;
}

std::string demangled(const std::string &name) {
  int status = 0;
  char *text = abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status);
  std::string result = text ? text : name;
  std::free(text);
  return result;
}

[[noreturn]] void malformed(const std::string &why) {
  throw LinkError("codelet object is malformed: " + why, why);
}

constexpr std::uint64_t kMaxImage = std::uint64_t(1) << 30; // relocations reach 2 GiB

class Image {
public:
  explicit Image(std::string_view object) : object_(object) {
    readHeaders();
    layOut();
  }

  std::uint64_t bytes() const { return bytes_; }

  void fill(char *base) {
    for (std::size_t i = 0; i != sections_.size(); ++i)
      if (placed_[i] && sections_[i].sh_type != SHT_NOBITS) {
        const std::string_view content = contents(i);
        std::memcpy(base + at_[i], content.data(), content.size());
      }
    // Each imported function: its address, and a jump through it that direct calls can reach.
    for (const auto &[symbol, slot] : slots_) {
      const auto address = reinterpret_cast<std::uint64_t>(targetOf(symbol, base));
      std::memcpy(base + slot, &address, 8);
      const unsigned char jump[8] = {0xff, 0x25, 0xf2, 0xff, 0xff, 0xff, 0xcc, 0xcc}; // jmp *-14(%rip)
      std::memcpy(base + slot + 8, jump, 8);
    }
    for (std::size_t i = 0; i != sections_.size(); ++i)
      if (appliesToPlaced(i)) relocate(i, base);
  }

  std::uint64_t functionOffset(const std::string &name) const {
    for (std::size_t i = 0; i != symbols_.size(); ++i)
      if (symbols_[i].st_shndx < sections_.size() && symbols_[i].st_shndx != SHN_UNDEF && nameOf(i) == name) {
        const std::size_t section = symbols_[i].st_shndx;
        if (!placed_[section] || symbols_[i].st_value >= sections_[section].sh_size) break;
        return at_[section] + symbols_[i].st_value;
      }
    malformed("has no function " + name);
  }

private:
  template <class T> T at(std::uint64_t offset) const {
    if (offset > object_.size() || sizeof(T) > object_.size() - offset) malformed("a table is outside of it");
    T value;
    std::memcpy(&value, object_.data() + offset, sizeof value);
    return value;
  }

  std::string_view contents(std::size_t section) const {
    const Elf64_Shdr &header = sections_[section];
    if (header.sh_offset > object_.size() || header.sh_size > object_.size() - header.sh_offset)
      malformed("a section is outside of it");
    return object_.substr(header.sh_offset, header.sh_size);
  }

  void readHeaders() {
    const auto header = at<Elf64_Ehdr>(0);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_ident[EI_CLASS] != ELFCLASS64 ||
        header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_type != ET_REL || header.e_machine != EM_X86_64)
      malformed("it is not a relocatable x86-64 ELF file");
    if (header.e_shentsize != sizeof(Elf64_Shdr)) malformed("unknown section table");
    std::size_t symbolTable = 0;
    for (std::size_t i = 0; i != header.e_shnum; ++i) {
      sections_.push_back(at<Elf64_Shdr>(header.e_shoff + i * sizeof(Elf64_Shdr)));
      if (sections_.back().sh_type == SHT_SYMTAB) symbolTable = i;
    }
    if (!symbolTable) malformed("it has no symbols");
    const std::string_view symbols = contents(symbolTable);
    if (sections_[symbolTable].sh_link >= sections_.size()) malformed("it has no symbol names");
    names_ = contents(sections_[symbolTable].sh_link);
    if (names_.empty() || names_.back() != '\0') malformed("its symbol names do not end");
    symbols_.resize(symbols.size() / sizeof(Elf64_Sym));
    if (!symbols_.empty()) std::memcpy(symbols_.data(), symbols.data(), symbols_.size() * sizeof(Elf64_Sym));
  }

  std::string nameOf(std::size_t symbol) const {
    if (symbols_[symbol].st_name >= names_.size()) malformed("a symbol name is outside its table");
    return std::string(names_.data() + symbols_[symbol].st_name);
  }

  void layOut() {
    placed_.resize(sections_.size());
    at_.resize(sections_.size());
    for (std::size_t i = 0; i != sections_.size(); ++i) {
      const Elf64_Shdr &section = sections_[i];
      if (!(section.sh_flags & SHF_ALLOC) || section.sh_size == 0) continue;
      if (section.sh_flags & SHF_TLS) malformed("thread-local storage");
      const std::uint64_t align = std::max<std::uint64_t>(1, section.sh_addralign);
      if ((align & (align - 1)) || align > 4096) malformed("strange alignment");
      if (section.sh_size > kMaxImage) malformed("too large");
      bytes_ = (bytes_ + align - 1) & ~(align - 1);
      at_[i] = bytes_;
      placed_[i] = true;
      bytes_ += section.sh_size;
      if (bytes_ > kMaxImage) malformed("too large");
    }
    bytes_ = (bytes_ + 15) & ~std::uint64_t(15);
    for (std::size_t i = 0; i != sections_.size(); ++i) {
      if (!appliesToPlaced(i)) continue;
      for (const Elf64_Rela &relocation : relocations(i)) {
        const std::uint32_t symbol = symbolOf(relocation), type = ELF64_R_TYPE(relocation.r_info);
        const bool table = type == R_X86_64_GOTPCREL || type == R_X86_64_GOTPCRELX || type == R_X86_64_REX_GOTPCRELX;
        const bool undefined = symbols_[symbol].st_shndx == SHN_UNDEF;
        if (undefined && !importAddress(nameOf(symbol))) {
          const std::string name = demangled(nameOf(symbol));
          throw LinkError("undefined symbol in codelets: " + name, "undefined symbol: " + name);
        }
        if ((table || undefined) && slots_.emplace(symbol, bytes_).second) bytes_ += 16;
      }
    }
    if (bytes_ == 0) malformed("it is empty");
  }

  // Whether a section holds relocations of one that is in the image.
  bool appliesToPlaced(std::size_t section) const {
    const Elf64_Shdr &header = sections_[section];
    return header.sh_type == SHT_RELA && header.sh_info < sections_.size() && placed_[header.sh_info];
  }

  std::vector<Elf64_Rela> relocations(std::size_t section) const {
    const std::string_view bytes = contents(section);
    std::vector<Elf64_Rela> result(bytes.size() / sizeof(Elf64_Rela));
    if (!result.empty()) std::memcpy(result.data(), bytes.data(), result.size() * sizeof(Elf64_Rela));
    return result;
  }

  std::uint32_t symbolOf(const Elf64_Rela &relocation) const {
    const std::uint64_t symbol = ELF64_R_SYM(relocation.r_info);
    if (symbol >= symbols_.size()) malformed("a relocation names no symbol");
    return static_cast<std::uint32_t>(symbol);
  }

  char *targetOf(std::uint32_t symbol, char *base) const {
    const Elf64_Sym &entry = symbols_[symbol];
    if (entry.st_shndx == SHN_UNDEF) return static_cast<char *>(importAddress(nameOf(symbol)));
    if (entry.st_shndx >= sections_.size() || !placed_[entry.st_shndx] ||
        entry.st_value > sections_[entry.st_shndx].sh_size)
      malformed("symbol " + nameOf(symbol) + " is nowhere");
    return base + at_[entry.st_shndx] + entry.st_value;
  }

  void relocate(std::size_t section, char *base) const {
    const std::size_t where = sections_[section].sh_info;
    for (const Elf64_Rela &relocation : relocations(section)) {
      const std::uint32_t symbol = symbolOf(relocation);
      const auto type = static_cast<std::uint32_t>(ELF64_R_TYPE(relocation.r_info));
      const std::size_t width = type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4;
      const std::uint64_t size = sections_[where].sh_size;
      if (sections_[where].sh_type == SHT_NOBITS || relocation.r_offset > size || width > size - relocation.r_offset)
        malformed("a relocation is outside its section");
      char *place = base + at_[where] + relocation.r_offset;
      const auto slot = slots_.find(symbol);
      const bool imported = symbols_[symbol].st_shndx == SHN_UNDEF;
      std::int64_t target;
      switch (type) {
      case R_X86_64_64:
        target = reinterpret_cast<std::int64_t>(targetOf(symbol, base));
        break;
      case R_X86_64_PC32: case R_X86_64_PLT32: case R_X86_64_PC64:
        target = reinterpret_cast<std::int64_t>(imported ? base + slot->second + 8 : targetOf(symbol, base)) -
                 reinterpret_cast<std::int64_t>(place);
        break;
      case R_X86_64_GOTPCREL: case R_X86_64_GOTPCRELX: case R_X86_64_REX_GOTPCRELX:
        target = reinterpret_cast<std::int64_t>(base + slot->second) - reinterpret_cast<std::int64_t>(place);
        break;
      default:
        malformed("unknown relocation type " + std::to_string(type));
      }
      target = static_cast<std::int64_t>(static_cast<std::uint64_t>(target) +
                                         static_cast<std::uint64_t>(relocation.r_addend));
      if (width == 4 && target != static_cast<std::int32_t>(target))
        malformed("a relocation does not reach its target");
      std::memcpy(place, &target, width);
    }
  }

  std::string_view object_, names_;
  std::vector<Elf64_Shdr> sections_;
  std::vector<Elf64_Sym> symbols_;
  std::vector<bool> placed_;
  std::vector<std::uint64_t> at_;
  std::map<std::uint32_t, std::uint64_t> slots_; ///< symbol -> address slot, followed by the jump through it
  std::uint64_t bytes_ = 0;
};

} // namespace

LoadedModule::LoadedModule(const CodeletModule &module) {
  if (module.codelets.empty()) return;
  Image image(module.object);
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  bytes_ = (image.bytes() + page - 1) / page * page;
  void *base = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) throw LinkError("no memory for codelet code", "mmap failed");
  try {
    image.fill(static_cast<char *>(base));
    if (::mprotect(base, bytes_, PROT_READ | PROT_EXEC) != 0)
      throw LinkError("codelet code cannot be made executable on this system", "mprotect failed");
    const auto entry = [&](const std::string &symbol) {
      return reinterpret_cast<RunRows>(static_cast<char *>(base) + image.functionOffset(symbol));
    };
    for (const Codelet &codelet : module.codelets) {
      counting_.push_back(entry(codelet.runSymbol));
      plain_.push_back(entry(codelet.plainSymbol));
    }
  } catch (...) {
    ::munmap(base, bytes_);
    throw;
  }
  base_ = base;
}

LoadedModule::~LoadedModule() {
  if (base_) ::munmap(base_, bytes_);
}

} // namespace popgraph::codelets
