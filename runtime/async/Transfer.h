#pragma once
// Values on their way to another thread: one block of words that no heap owns. What a program may still change is
// copied into it, with cycles and shared parts kept, and read out into the receiver's heap; what all threads share
// (runtime/Sharing.h) goes as it is.

#include "runtime/Context.h"

namespace gene {

/// A value, written. The root is a word of its own, so that numbers and symbols need no block.
struct Parcel {
  uint64_t root = Value::nil().bits;
  uint64_t* block = nullptr;  // owned: from malloc
  uint32_t heads = 0;         // objects: the first words of the block, one each
  uint32_t words = 0;         // behind them

  Parcel() = default;
  Parcel(Parcel&& other) noexcept;
  Parcel& operator=(Parcel&& other) noexcept;
  /// Gives up handles of actors in it as well.
  ~Parcel();
};

/// Writes a value (10 §10.4). False with an exception when something in it may not cross.
bool pack(Context& context, Value value, Parcel* parcel);
/// The same for the handler of an actor, which has been frozen.
bool packHandler(Context& context, Value handler, Parcel* parcel);
/// Makes the value in this thread's heap.
Value unpack(Context& context, const Parcel& parcel);

}  // namespace gene
