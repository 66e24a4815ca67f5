#include "codegen/eval/CodeKey.h"

#include <cstring>

#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// The walk goes the way of runtime/object/ToForm.cpp.
class CodeWriter {
 public:
  explicit CodeWriter(std::vector<uint64_t>& words) : words_(words) {}

  bool write(Value v) {
    if (!v.isObject()) {
      words_.push_back(v.bits);
      return true;
    }
    if (v.object()->isInstance() || depth_ == Deepest) return false;
    depth_++;
    const bool done = object(v);
    depth_--;
    return done;
  }

 private:
  static constexpr int Deepest = 100;

  /// An object's first word is no word of an immediate: its kind, what follows, whether it is frozen.
  void begin(Value v, uint64_t size) {
    words_.push_back(static_cast<uint64_t>(v.object()->kind()) << 2 | 1);
    words_.push_back(size << 1 | (v.object()->sealed() ? 1 : 0));
  }

  bool object(Value v) {
    const Kind kind = v.object()->kind();
    if (kind == Kind::BoxedInt) {
      begin(v, 0);
      words_.push_back(static_cast<uint64_t>(asInt(v)));
      return true;
    }
    if (kind == Kind::String) return text(v);
    if (kind == Kind::ComplexSymbol) {
      auto* symbol = as<ComplexSymbolObject>(v);
      begin(v, symbol->count);
      for (uint32_t i = 0; i < symbol->count; i++)
        words_.push_back(Value::symbol(symbol->parts()[i]).bits);
      return true;
    }
    if (kind == Kind::Quoted) {
      const auto* quoted = as<QuotedObject>(v);
      begin(v, quoted->discard);
      return write(quoted->value.get());
    }
    if (kind == Kind::Map || kind == Kind::HashMap) return entries(v);
    if (kind == Kind::Array) {
      const auto* array = as<ArrayObject>(v);
      begin(v, array->size);
      for (uint32_t i = 0; i < array->size; i++)
        if (!write(arrayAt(array, i))) return false;
      return true;
    }
    return kind == Kind::Gene && gene(v);
  }

  bool text(Value v) {
    const std::string_view bytes = stringView(v);
    begin(v, bytes.size());
    const size_t start = words_.size();
    words_.resize(start + (bytes.size() + 7) / 8);
    if (!bytes.empty()) std::memcpy(words_.data() + start, bytes.data(), bytes.size());
    return true;
  }

  bool entries(Value v) {
    const auto* map = as<MapObject>(v);
    begin(v, map->size);
    for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++)
      if (!write(map->entries[i].key.get()) || !write(map->entries[i].value.get())) return false;
    return true;
  }

  bool gene(Value v) {
    const auto* gene = as<GeneObject>(v);
    const Value properties = gene->properties.get();
    begin(v, uint64_t{gene->size} << 1 | (isMap(properties) ? 1 : 0));
    if (!write(gene->type.get())) return false;
    if (isMap(properties) && !write(properties)) return false;
    for (uint32_t i = 0; i < gene->size; i++)
      if (!write(gene->children[i].get())) return false;
    return true;
  }

  std::vector<uint64_t>& words_;
  int depth_ = 0;
};

}  // namespace

bool appendCode(Value code, std::vector<uint64_t>& words) { return CodeWriter(words).write(code); }

}  // namespace gene
