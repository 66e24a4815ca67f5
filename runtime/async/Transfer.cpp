#include "runtime/async/Transfer.h"

#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>
#include <vector>

#include "runtime/Sharing.h"
#include "runtime/async/Messages.h"
#include "runtime/async/Workers.h"
#include "runtime/heap/HeapState.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Function.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

/// The first word of an object: how many words follow in the second part of the block says bodyWords.
struct Head {
  uint64_t word;
  static Head of(Kind kind, bool frozen, uint32_t size) {
    return {static_cast<uint64_t>(kind) | uint64_t{frozen} << 8 | uint64_t{size} << 32};
  }
  [[nodiscard]] Kind kind() const { return static_cast<Kind>(word & 0xFF); }
  [[nodiscard]] bool frozen() const { return (word >> 8 & 1) != 0; }
  [[nodiscard]] uint32_t size() const { return static_cast<uint32_t>(word >> 32); }
};

uint64_t wordsOfBytes(uint64_t bytes) { return (bytes + 7) / 8; }

/// How many words an object has in the second part; `size` counts bytes of texts, captures, items, entries or children.
uint64_t bodyWords(Head head) {
  const uint64_t size = head.size();
  const Kind kind = head.kind();
  if (kind == Kind::String || kind == Kind::Bytes) return wordsOfBytes(size);
  if (kind == Kind::Map) return 2 * size;
  if (kind == Kind::HashMap) return 3 * size;
  if (kind == Kind::Gene) return 2 + size;
  if (kind == Kind::Function) return 1 + size;
  return size;  // BoxedInt and Actor: 1
}

bool isRefused(const ScopeObject* scope) {
  // Functions that are defined together know each other so; other variables may be assigned at any time.
  for (uint32_t i = 0; i < scope->count; i++)
    if (!isKind(const_cast<ScopeObject*>(scope)->slots()[i], Kind::Function)) return true;
  return false;
}

class Packer {
 public:
  explicit Packer(Context& context) : context_(context) {}
  ~Packer() {
    for (ActorShare* share : handles_) dropHandle(share);
  }

  bool pack(Value root, Parcel* parcel, bool isHandler) {
    parcel->root = word(root, isHandler);
    for (size_t i = 0; i < objects_.size() && !failed_; i++) write(objects_[i]);
    if (failed_) return false;
    parcel->heads = static_cast<uint32_t>(heads_.size());
    parcel->words = static_cast<uint32_t>(body_.size());
    if (heads_.empty()) return true;
    parcel->block = static_cast<uint64_t*>(std::malloc((heads_.size() + body_.size()) * 8));
    if (!parcel->block) outOfMemory();
    std::memcpy(parcel->block, heads_.data(), heads_.size() * 8);
    if (!body_.empty()) std::memcpy(parcel->block + heads_.size(), body_.data(), body_.size() * 8);
    handles_.clear();  // the parcel has them
    return true;
  }

 private:
  struct Entry {
    Object* object;
    bool trusted;  // part of something frozen: everything in it may cross
  };
  static constexpr size_t FewObjects = 12;  // that are looked for one by one

  uint64_t fail() {
    failed_ = true;
    return 0;
  }

  uint64_t word(Value v, bool trusted) {
    if (failed_) return 0;
    if (!v.isObject()) {
      if (!trusted && crossing(v) == Crossing::Refused) return refuse(v);
      return v.bits;
    }
    Object* object = v.object();
    constexpr uint32_t shared = Object::Immortal | Object::Frozen;
    if (object->is(Kind::Function)) {
      if (!trusted && crossing(v) == Crossing::Refused) return refuse(v);
      auto* function = static_cast<FunctionObject*>(object);
      if (!context_.isBeside && !shareCode(context_, function)) return fail();
      if (object->isImmortal() && function->captureCount == 0) return v.bits;
    } else {
      if (!trusted && crossing(v) == Crossing::Refused) return refuse(v);
      if (!object->is(Kind::Actor) && (object->countAndFlags & shared) == shared) return v.bits;
    }
    return Value::ReferenceTag | numberOf(object, trusted);
  }
  uint64_t refuse(Value v) {
    refuseCrossing(context_, v);
    return fail();
  }

  uint32_t numberOf(Object* object, bool trusted) {
    const auto next = static_cast<uint32_t>(objects_.size());
    if (next <= FewObjects) {
      for (uint32_t i = 0; i < next; i++)
        if (objects_[i].object == object) return i;
      if (next == FewObjects)
        for (uint32_t i = 0; i < next; i++) numbers_[objects_[i].object] = i;
    }
    if (next >= FewObjects) {
      const auto [known, isNew] = numbers_.try_emplace(object, next);
      if (!isNew) return known->second;
    }
    objects_.push_back({object, trusted || (object->countAndFlags & Object::Frozen) != 0});
    return next;
  }

  void head(const Object* object, uint32_t size) {
    heads_.push_back(
        Head::of(object->kind(), (object->countAndFlags & Object::Frozen) != 0, size).word);
  }
  void bytes(const void* from, uint32_t size) {
    const size_t at = body_.size();
    body_.resize(at + wordsOfBytes(size));
    if (size != 0) std::memcpy(body_.data() + at, from, size);
  }
  void values(Slot* slots, uint32_t count, bool trusted) {
    for (uint32_t i = 0; i < count; i++) body_.push_back(word(slots[i].get(), trusted));
  }

  void write(Entry entry) {
    const auto [object, trusted] = entry;
    if (object->is(Kind::BoxedInt)) {
      head(object, 1);
      body_.push_back(static_cast<uint64_t>(static_cast<BoxedIntObject*>(object)->value));
    } else if (object->is(Kind::String)) {
      const std::string_view text = static_cast<StringObject*>(object)->view();
      head(object, static_cast<uint32_t>(text.size()));
      bytes(text.data(), static_cast<uint32_t>(text.size()));
    } else if (object->is(Kind::Bytes)) {
      const auto* data = static_cast<BytesObject*>(object);
      head(object, data->size);
      bytes(data->data, data->size);
    } else if (object->is(Kind::ComplexSymbol)) {
      auto* symbol = static_cast<ComplexSymbolObject*>(object);
      head(object, symbol->count);
      for (uint32_t i = 0; i < symbol->count; i++)
        body_.push_back(Value::symbol(symbol->parts()[i]).bits);
    } else if (object->is(Kind::Actor)) {
      ActorShare* share = shareOf(context_, static_cast<ActorObject*>(object));
      takeHandle(share);
      handles_.push_back(share);
      head(object, 1);
      body_.push_back(reinterpret_cast<uint64_t>(share));
    } else {
      writeContainer(object, trusted);
    }
  }

  void writeContainer(Object* object, bool trusted) {
    if (object->is(Kind::Array)) {
      auto* array = static_cast<ArrayObject*>(object);
      head(object, array->size);
      values(array->items, array->size, trusted);
    } else if (object->is(Kind::Map) || object->is(Kind::HashMap)) {
      auto* map = static_cast<MapObject*>(object);
      head(object, map->size);
      for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
        body_.push_back(word(map->entries[i].key, true));
        body_.push_back(word(map->entries[i].value, trusted));
        if (map->keepsHashes()) body_.push_back(map->hashes()[i]);
      }
    } else if (object->is(Kind::Gene)) {
      auto* gene = static_cast<GeneObject*>(object);
      head(object, gene->size);
      body_.push_back(word(gene->type, trusted));
      body_.push_back(word(gene->properties, trusted));
      values(gene->children, gene->size, trusted);
    } else if (object->is(Kind::Function)) {
      auto* function = static_cast<FunctionObject*>(object);
      head(object, function->captureCount);
      body_.push_back(reinterpret_cast<uint64_t>(function->info));
      values(function->captures(), function->captureCount, true);
    } else if (object->is(Kind::Scope) && !isRefused(static_cast<ScopeObject*>(object))) {
      auto* scope = static_cast<ScopeObject*>(object);
      head(object, scope->count);
      values(scope->slots(), scope->count, true);
    } else if (object->is(Kind::Scope)) {
      raise(context_, ErrorClass::Concurrency,
            "another thread cannot use a variable around its handler that is assigned "
            "after the handler was made");
      fail();
    } else {
      refuse(Value::object(object));
    }
  }

  Context& context_;
  bool failed_ = false;
  std::vector<Entry> objects_;
  std::unordered_map<Object*, uint32_t> numbers_;  // when there are many
  std::vector<uint64_t> heads_, body_;
  std::vector<ActorShare*> handles_;
};

class Unpacker {
 public:
  Unpacker(Context& context, const Parcel& parcel)
      : context_(context), parcel_(parcel), made_(newArray(context, parcel.heads)) {}

  Value unpack() {
    const uint64_t* body = parcel_.block + parcel_.heads;
    for (uint32_t i = 0; i < parcel_.heads; i++) {
      const Head head{parcel_.block[i]};
      arrayPush(context_, made_, shell(head, body));
      body += bodyWords(head);
    }
    body = parcel_.block + parcel_.heads;
    for (uint32_t i = 0; i < parcel_.heads; i++) {
      const Head head{parcel_.block[i]};
      Object* object = arrayAt(made_, i).object();
      fill(object, head, body);
      if (head.frozen() && !object->isImmortal()) object->countAndFlags |= Object::Frozen;
      body += bodyWords(head);
    }
    return value(parcel_.root);
  }

 private:
  [[nodiscard]] Value value(uint64_t word) const {
    if (word >> 48 != Value::ReferenceTag >> 48) return {word};
    return arrayAt(made_, static_cast<uint32_t>(word));
  }

  Value shell(Head head, const uint64_t* body) {
    const Kind kind = head.kind();
    const uint32_t size = head.size();
    if (kind == Kind::BoxedInt) return newInt(context_, static_cast<int64_t>(*body));
    if (kind == Kind::String)
      return newString(context_, {reinterpret_cast<const char*>(body), size});
    if (kind == Kind::Bytes)
      return newBytes(context_, {reinterpret_cast<const uint8_t*>(body), size});
    if (kind == Kind::ComplexSymbol) {
      std::vector<Symbol> parts;
      for (uint32_t i = 0; i < size; i++) parts.push_back(Value{body[i]}.symbol());
      return newComplexSymbol(context_, parts);
    }
    if (kind == Kind::Actor) return handleOf(context_, reinterpret_cast<ActorShare*>(*body));
    if (kind == Kind::Array) return Value::object(newArray(context_, size));
    if (kind == Kind::Map || kind == Kind::HashMap)
      return Value::object(newMap(context_, kind, size));
    if (kind == Kind::Gene) return Value::object(newGene(context_, Value::nil(), size));
    if (kind == Kind::Function)
      return Value::object(newFunction(context_, reinterpret_cast<FunctionInfo*>(*body), size));
    GENE_CHECK(kind == Kind::Scope, "a kind of object that parcels know");
    return Value::object(newScope(context_, size));
  }

  void fill(Object* object, Head head, const uint64_t* body) {
    if (object->is(Kind::Array)) {
      for (uint32_t i = 0; i < head.size(); i++)
        arrayPush(context_, static_cast<ArrayObject*>(object), value(body[i]));
    } else if (object->is(Kind::Map)) {
      for (uint32_t i = 0; i < head.size(); i++)
        mapPut(context_, static_cast<MapObject*>(object), Value{body[size_t{2} * i]}.symbol(),
               value(body[size_t{2} * i + 1]));
    } else if (object->is(Kind::HashMap)) {
      for (const uint64_t* end = body + size_t{3} * head.size(); body != end; body += 3)
        tableAdd(context_, static_cast<MapObject*>(object), value(body[0]), value(body[1]),
                 static_cast<uint32_t>(body[2]));
    } else if (object->is(Kind::Gene)) {
      auto* gene = static_cast<GeneObject*>(object);
      gene->type.set(value(body[0]));
      gene->properties.set(value(body[1]));
      for (uint32_t i = 0; i < head.size(); i++) genePush(context_, gene, value(body[2 + i]));
    } else if (object->is(Kind::Function)) {
      for (uint32_t i = 0; i < head.size(); i++)
        static_cast<FunctionObject*>(object)->captures()[i].set(value(body[1 + i]));
    } else if (object->is(Kind::Scope)) {
      for (uint32_t i = 0; i < head.size(); i++)
        static_cast<ScopeObject*>(object)->slots()[i].set(value(body[i]));
    }
  }

  Context& context_;
  const Parcel& parcel_;
  ArrayObject* made_;  // in sight of the heap
};

}  // namespace

Parcel::Parcel(Parcel&& other) noexcept { *this = std::move(other); }
Parcel& Parcel::operator=(Parcel&& other) noexcept {
  std::swap(root, other.root);
  std::swap(block, other.block);
  std::swap(heads, other.heads);
  std::swap(words, other.words);
  return *this;
}

Parcel::~Parcel() {
  if (!block) return;
  const uint64_t* body = block + heads;
  for (uint32_t i = 0; i < heads; i++) {
    const Head head{block[i]};
    if (head.kind() == Kind::Actor) dropHandle(reinterpret_cast<ActorShare*>(*body));
    body += bodyWords(head);
  }
  std::free(block);
}

bool pack(Context& context, Value value, Parcel* parcel) {
  return Packer(context).pack(value, parcel, false);
}
bool packHandler(Context& context, Value handler, Parcel* parcel) {
  return Packer(context).pack(handler, parcel, true);
}

Value unpack(Context& context, const Parcel& parcel) {
  if (parcel.heads == 0) return {parcel.root};
  return Unpacker(context, parcel).unpack();
}

}  // namespace gene
