#pragma once
// The layouts of what waits and is waited for: futures, fibers, queues, actors. See Objects.h.

#include "runtime/value/Slot.h"

namespace gene {

struct Operation;  // runtime/async/Operation.h
struct Fiber;      // runtime/async/Fiber.h

/// A value that is there later (10 §10.1). Ended once; then it never changes, but for what its callbacks raise.
struct FutureObject : Object {
  enum State : uint8_t { Pending, Success, Failure, Cancelled };
  Slot value;            // of success; the exception of a failure; why it was cancelled
  Slot exception;        // of a cancelled future: what `await` raises; else nil
  Slot callbacks;        // Array: state (Success or Failure), function …; nil while there are none
  Slot waiters;          // the first Fiber that waits, linked by `next`; nil: none
  Operation* operation;  // what is going to end it and can be stopped; null: the program does
  State state;
  State arriving;  // the event loop has seen its end, and callbacks have to run first; else Pending
  template <class F>
  void forEachSlot(F&& f) {
    f(value);
    f(exception);
    f(callbacks);
    f(waiters);
  }
};

/// A flow of control that waits: its stack is parked. Lives from `await` to the moment it goes on.
struct FiberObject : Object {
  Slot next;   // in the list of those who wait for the same
  Slot* held;  // what its stack refers to, found by the first reconcile that finds it parked
  uint32_t heldCount;
  uint32_t heldCapacity;
  Fiber* fiber;  // null: it goes on
  template <class F>
  void forEachSlot(F&& f) {
    f(next);
    for (uint32_t i = 0; i < heldCount; i++) f(held[i]);
  }
};

/// A queue of pairs, growing as it must: (subject, argument) of the scheduler, (message, future) of actors.
struct QueueObject : Object {
  Slot* entries;  // a payload: a ring of 2 * capacity slots
  uint32_t head, size, capacity;
  uint32_t unused;
  template <class F>
  void forEachSlot(F&& f) {
    for (uint32_t i = 0; i < 2 * size; i++) f(entries[(2 * head + i) & (2 * capacity - 1)]);
  }
  template <class F>
  void forEachPayload(F&& f) {
    if (entries) f(entries, size_t{capacity} * 2 * sizeof(Slot));
  }
};

struct ActorShare;  // runtime/async/Workers.h

/// A handler with a state of its own, which gets one message at a time (10 §10.3). With a share whose home is another thread
/// it is only a handle: the actor itself is there.
struct ActorObject : Object {
  Slot handler;
  Slot state;
  Slot mailbox;       // Queue of (message, Future or nil); nil before the first
  Slot turn;          // ActorContext of the turn in progress, or nil
  Slot senders;       // the first Fiber that waits for room, linked by `next`; nil: none
  bool queued;        // stands in the ready queue, or has a turn in progress
  bool stopped;       // takes no messages
  bool isHandle;      // the actor is in another heap
  ActorShare* share;  // owned: what threads know of it; null while only its own one does
  template <class F>
  void forEachSlot(F&& f) {
    f(handler);
    f(state);
    f(mailbox);
    f(turn);
    f(senders);
  }
};

struct ActorContextObject : Object {
  Slot actor;
  Slot future;  // that `reply` ends; nil for a plain send
  bool replied;
  template <class F>
  void forEachSlot(F&& f) {
    f(actor);
    f(future);
  }
};

}  // namespace gene
