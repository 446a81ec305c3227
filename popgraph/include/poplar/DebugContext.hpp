#ifndef poplar_DebugContext_hpp
#define poplar_DebugContext_hpp

#include "poplar/ProfileValue.hpp"
#include "poplar/SourceLocation.hpp"
#include "poplar/StringRef.hpp"
#include "poplar/detail/Api.hpp"
#include "poplar/detail/OwnedText.hpp"

#include <memory>
#include <string>
#include <type_traits>

namespace poplar {

class DebugContext;
class DebugInfo;

namespace detail {
/// `type` when Value is a DebugInfo. Constructors that take one are templates: `{dnai, "name"}` would make one, too.
template <typename Value> using IfDebugInfo = typename std::enable_if<std::is_base_of<DebugInfo, Value>::value>::type;
/// `type` when Value is a DebugContext itself, not what converts to one.
template <typename Value>
using IfDebugContext = typename std::enable_if<std::is_same<DebugContext, Value>::value>::type;
} // namespace detail

/// Number of a DebugInfo; 0 is none.
using DebugId = unsigned long long;

/// How DebugInfo writes its records.
enum class DebugSerializationFormat { JSON, CBOR };

/// The path of what is being built and the number of the DebugInfo it belongs to: what a library hands down to the
/// functions it is made of, as `{dnai, "suffix"}`.
class POPLAR_API DebugNameAndId {
public:
  /// No name.
  DebugNameAndId() noexcept : id_(0) {}
  /// `name` below `parentPath`, belonging to `debugId`.
  DebugNameAndId(const std::string &name, DebugId debugId = 0, StringRef parentPath = StringRef())
      : id_(debugId), path_(join(parentPath, name)) {}
  DebugNameAndId(const char *name) : id_(0), path_(StringRef(name)) {}
  DebugNameAndId(StringRef name) : id_(0), path_(name) {}
  DebugNameAndId(DebugId debugId, StringRef parentPath) : id_(debugId), path_(parentPath) {}
  /// `name` below the path of `info`.
  template <typename Info, typename = detail::IfDebugInfo<Info>>
  DebugNameAndId(const Info &info, StringRef name = StringRef())
      : id_(info.getId()), path_(name.empty() ? info.path() : StringRef(join(info.path(), name))) {}
  /// `name` below the path of `parent`.
  DebugNameAndId(const DebugNameAndId &parent, StringRef name) : id_(parent.id_), path_(join(parent.path(), name)) {}

  /// Names from the outermost to this one, separated by `/`.
  std::string getPathName() const { return path_.ref().cloneAsString(); }
  /// As getPathName(), without a copy.
  StringRef path() const { return path_.ref(); }
  /// Number of the DebugInfo it belongs to, 0 for none.
  DebugId getId() const { return id_; }
  /// `name` below `parent`, with `/` between them where neither is empty.
  static std::string join(StringRef parent, StringRef name) {
    return parent.empty() || name.empty() ? parent + name : parent + "/" + name;
  }

private:
  DebugId id_;
  detail::OwnedText path_;
};

/// Says what an object is for and where it was asked for: a name, the context around it and a place in the source.
/// Every builder takes one as its last argument; without a name it costs no allocation.
class POPLAR_API DebugContext {
public:
  /// No name, at the place of the call.
  DebugContext(SourceLocation location = SourceLocation::Current()) noexcept : location_(location), id_(0) {}
  /// A name.
  DebugContext(const char *name, SourceLocation location = SourceLocation::Current())
      : location_(location), id_(0), path_(StringRef(name)) {}
  DebugContext(StringRef name, SourceLocation location = SourceLocation::Current())
      : location_(location), id_(0), path_(name) {}
  DebugContext(const std::string &name, SourceLocation location = SourceLocation::Current())
      : location_(location), id_(0), path_(StringRef(name)) {}
  /// `name` below the path of `info`.
  template <typename Info, typename = detail::IfDebugInfo<Info>>
  DebugContext(const Info &info, StringRef name = StringRef(), SourceLocation location = SourceLocation::Current())
      : location_(location), id_(info.getId()),
        path_(name.empty() ? info.path() : StringRef(DebugNameAndId::join(info.path(), name))) {}
  /// `name` below the path of `parent`.
  DebugContext(const DebugNameAndId &parent, StringRef name = StringRef(),
               SourceLocation location = SourceLocation::Current())
      : location_(location), id_(parent.getId()),
        path_(name.empty() ? parent.path() : StringRef(DebugNameAndId::join(parent.path(), name))) {}
  /// `name` below the path of `context`, at the place of `context`.
  template <typename Context, typename = detail::IfDebugContext<Context>>
  DebugContext(const Context &context, StringRef name)
      : location_(context.location_), id_(context.id_), path_(StringRef(DebugNameAndId::join(context.path(), name))) {}

  /// Names from the outermost to this one, separated by `/`.
  std::string getPathName() const { return path_.ref().cloneAsString(); }
  /// As getPathName(), without a copy.
  StringRef path() const { return path_.ref(); }
  /// Where the object was asked for.
  const SourceLocation &getLocation() const { return location_; }
  /// Number of the DebugInfo it belongs to, 0 for none.
  DebugId getId() const { return id_; }

private:
  SourceLocation location_;
  DebugId id_;
  detail::OwnedText path_;
};

/// What a library records about one of its operations. Values are kept, and a record is written when the object
/// dies, only while a streamer is open; otherwise it costs a number.
class POPLAR_API DebugInfo {
public:
  /// `api`: the layer that makes it, such as `popops`.
  DebugInfo(const DebugContext &context, StringRef api);
  DebugInfo(const DebugInfo &) = delete;
  DebugInfo &operator=(const DebugInfo &) = delete;
  virtual ~DebugInfo();

  /// Unique within the process, above 0.
  DebugId getId() const { return id_; }
  /// Path of the context it was made with.
  std::string getPathName() const { return path_.ref().cloneAsString(); }
  /// As getPathName(), without a copy.
  StringRef path() const { return path_.ref(); }
  /// Adds or replaces a value of the record. False when no streamer is open and nothing was kept.
  bool setValue(StringRef name, const ProfileValue &value);

  /// Opens `fileName`; records go to it until closeStreamer(). Throws file_load_error when it cannot be written.
  static void initializeStreamer(StringRef fileName,
                                 const DebugSerializationFormat &format = DebugSerializationFormat::CBOR);
  /// Completes and closes the file, if one is open.
  static void closeStreamer();

private:
  DebugId id_;
  detail::OwnedText path_;
  std::unique_ptr<ProfileValue::Map> values_; // null without a streamer
};

} // namespace poplar

#endif
