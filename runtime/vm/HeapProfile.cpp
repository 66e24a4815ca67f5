#include "runtime/vm/HeapProfile.h"

#include <algorithm>

#include "runtime/object/Class.h"
#include "runtime/object/Objects.h"
#include "runtime/object/Slots.h"
#include "runtime/profile/Text.h"

namespace gene::vm {
namespace {

constexpr uint64_t LeastStep = 4 * 1024;
constexpr uint32_t Granule = 16;  // cells begin at multiples

/// The cell of an object and what it owns beside it.
uint64_t bytesOf(Object* object) {
  const PageHeader* page = Heap::pageOf(object);
  uint64_t bytes = page->sizeClass == LargeClass ? page->bytes : page->cellBytes;
  forEachPayload(object, [&](void*, size_t size) { bytes += size; });
  return bytes;
}

/// What an object is: its class or, of what has none, its kind.
std::string kindOf(Context& context, Object* object) {
  static constexpr const char* names[] = {
#define IMMEDIATE(Name, Class, Typeof) #Name,
#define KIND(Name, Struct, Class, Typeof, Printed, Traits) *Class ? Class : #Name,
#include "runtime/value/Kinds.def"
  };
  const auto kind = static_cast<size_t>(object->kind());
  return kind < std::size(names) && object->kind() != Kind::Instance
             ? names[kind]
             : kindName(context, Value::object(object));
}

}  // namespace

HeapProfile::HeapProfile(Context& context) : context_(context), step_(LeastStep) {
  context.heap->setWatch(context, this);
}

/// Where the number of an object's node stands.
uint32_t* HeapProfile::nodeOf(const Object* object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  std::unique_ptr<uint32_t[]>& nodes = nodes_[address / ChunkBytes];
  if (!nodes) nodes = std::make_unique<uint32_t[]>(ChunkBytes / Granule);
  return &nodes[address % ChunkBytes / Granule];
}

void HeapProfile::allocated(const Object* object) {
  const PageHeader* page = Heap::pageOf(object);
  made_ += page->sizeClass == LargeClass ? page->bytes : page->cellBytes;
  const size_t now = context_.heap->heapBytes();
  if (made_ + (now > heapBytes_ ? now - heapBytes_ : 0) > step_)
    context_.zeroEnd = context_.zeroTop;  // the next one reconciles
  const State& vm = *context_.vm;
  frames_.clear();
  uint32_t* const node = nodeOf(object);
  *node = FrameTree::Root;
  if (!vm.entered) return;
  const bool isWhole =
      appendFrames(vm.place, vm.entered, [](const Calling&) { return nullptr; }, frames_);
  // Of a function that calls itself the innermost frame says enough: else there were as many stacks as there are depths.
  const auto repeated = std::ranges::unique(frames_, {}, &RawFrame::function);
  frames_.erase(repeated.begin(), repeated.end());
  if (!frames_.empty()) *node = tree_.enter(frames_, isWhole);
}

void HeapProfile::reconciled() {
  const size_t now = context_.heap->heapBytes();
  if (made_ + (now > heapBytes_ ? now - heapBytes_ : 0) > step_) keepPeak();
}

/// Adds up what is alive, and remembers it if it was never more.
void HeapProfile::keepPeak() {
  const Found found = look();
  made_ = 0;
  heapBytes_ = context_.heap->heapBytes();
  step_ = std::max(LeastStep, found.all.bytes / 16);
  if (found.all.bytes > peak_.all.bytes) peak_ = snapshotOf(found);
}

HeapProfile::Found HeapProfile::look() {
  Found found;
  context_.heap->forEachObject([&](Object* object) {
    const uint32_t node = *nodeOf(object);
    if (node == FrameTree::Root || object->isImmortal()) return;
    const Amount amount{1, bytesOf(object)};
    auto& [sum, one] = found.amounts[uint64_t{node} << 32 | object->shape];
    sum.add(amount);
    one = object;
    found.all.add(amount);
  });
  return found;
}

HeapProfile::Snapshot HeapProfile::snapshotOf(const Found& found) {
  Snapshot snapshot{{}, found.all};
  for (const auto& [key, amount] : found.amounts)
    snapshot.amounts[{static_cast<uint32_t>(key >> 32), kindOf(context_, amount.second)}].add(
        amount.first);
  return snapshot;
}

void HeapProfile::end() {
  context_.heap->setWatch(context_, nullptr);
  reconcile(context_);
  keepPeak();
  collectCycles(context_);
  end_ = snapshotOf(look());
}

std::string HeapProfile::table(const std::map<std::string, Row>& rows, const char* title) const {
  constexpr size_t MostRows = 40;
  std::vector<std::pair<std::string, Row>> sorted(rows.begin(), rows.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) {
    const Row &x = a.second, &y = b.second;
    if (x.peak.bytes != y.peak.bytes) return x.peak.bytes > y.peak.bytes;
    return x.end.bytes != y.end.bytes ? x.end.bytes > y.end.bytes : a.first < b.first;
  });
  const auto number = [](uint64_t n) { return static_cast<unsigned long long>(n); };
  std::string out = profile::format("\n%12s %7s %10s %12s %10s  %s\n", "peak bytes", "share",
                                    "objects", "end bytes", "objects", title);
  for (size_t i = 0; i < std::min(sorted.size(), MostRows); i++) {
    const auto& [name, row] = sorted[i];
    out +=
        profile::format("%12llu %6.1f%% %10llu %12llu %10llu  ", number(row.peak.bytes),
                        profile::share(row.peak.bytes, peak_.all.bytes), number(row.peak.objects),
                        number(row.end.bytes), number(row.end.objects)) +
        name + "\n";
  }
  if (sorted.size() > MostRows)
    out += "and " + std::to_string(sorted.size() - MostRows) + " with less\n";
  return out;
}

std::string HeapProfile::report() const {
  std::map<std::string, Row> lines, kinds;
  const auto add = [&](const Snapshot& snapshot, Amount Row::* column) {
    for (const auto& [source, amount] : snapshot.amounts) {
      const profile::Frame frame = tree_.innermost(source.node);
      const std::string line = frame.line == 0 ? std::string() : ":" + std::to_string(frame.line);
      const std::string where = std::string(frame.file) + line + " in " + std::string(frame.name);
      (lines[source.kind + "  " + where].*column).add(amount);
      (kinds[source.kind].*column).add(amount);
    }
  };
  add(peak_, &Row::peak);
  add(end_, &Row::end);
  const auto amount = [](const Amount& a) {
    return std::to_string(a.bytes) + " bytes in " + std::to_string(a.objects) + " objects";
  };
  return "=== Heap Profile ===\nat the peak " + amount(peak_.all) + ", at the end " +
         amount(end_.all) + "\n" + table(lines, "kind, line") + table(kinds, "kind");
}

profile::Stacks HeapProfile::stacks() const {
  profile::Stacks stacks(profile::Unit::Bytes);
  std::vector<uint64_t> weights(tree_.size());
  for (const auto& [source, amount] : peak_.amounts) weights[source.node] += amount.bytes;
  tree_.addStacks(weights, stacks);
  return stacks;
}

}  // namespace gene::vm
