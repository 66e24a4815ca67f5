#pragma once
// What `gene run --heap-profile` finds: which functions and lines made the objects that are alive, when most of them are and when
// the program ends.
//
// While somebody watches it, the heap makes objects on the slow path only, and says so (HeapWatch). The stack is that of
// the watched interpreter, which notes where it is before whatever may allocate. Each object's node of the tree of stacks lies
// in a table beside its chunk. Whenever a sixteenth more was made, what nothing refers to is given back, and the rest is added up:
// that is how the peak is found.

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/heap/HeapState.h"
#include "runtime/profile/Stacks.h"
#include "runtime/vm/FrameTree.h"

namespace gene::vm {

class HeapProfile final : public HeapWatch {
 public:
  /// Of what the context makes from now on.
  explicit HeapProfile(Context& context);

  void allocated(const Object* object) override;
  void reconciled() override;

  /// Nothing is noted any more; what is alive now is what the program ends with.
  void end();
  /// Lines and kinds of objects by bytes. After end.
  [[nodiscard]] std::string report() const;
  /// The bytes of the peak, by stacks. After end.
  [[nodiscard]] profile::Stacks stacks() const;

 private:
  struct Amount {
    uint64_t objects = 0, bytes = 0;
    void add(const Amount& other) {
      objects += other.objects;
      bytes += other.bytes;
    }
  };
  struct Source {
    uint32_t node;
    std::string kind;
    auto operator<=>(const Source&) const = default;
  };
  /// What was alive at one time.
  struct Snapshot {
    std::map<Source, Amount> amounts;
    Amount all;
  };
  struct Row {
    Amount peak, end;
  };
  /// The same by node and shape, with an object of each.
  struct Found {
    std::unordered_map<uint64_t, std::pair<Amount, Object*>> amounts;
    Amount all;
  };
  [[nodiscard]] Found look();
  [[nodiscard]] Snapshot snapshotOf(const Found& found);
  void keepPeak();
  uint32_t* nodeOf(const Object* object);
  [[nodiscard]] std::string table(const std::map<std::string, Row>& rows, const char* title) const;

  Context& context_;
  FrameTree tree_;
  std::unordered_map<uintptr_t, std::unique_ptr<uint32_t[]>> nodes_;  // by chunk
  std::vector<RawFrame> frames_;
  uint64_t made_ = 0;     // bytes since the last look
  size_t heapBytes_ = 0;  // at the last look
  uint64_t step_;         // so many more are looked at
  Snapshot peak_, end_;
};

}  // namespace gene::vm
