#pragma once
// Threads for actors (10 §10.3) and servers. A worker is a thread with a context of its own beside the program's first one
// (createContextBeside): a heap, a stack of the VM, fibers, an event loop. The program's first thread is a worker as well, but no
// actor lives there. Threads exchange letters: whoever has one for a worker pushes it on its inbox and rings the bell of its
// event loop if it sleeps. No value of a heap is in a letter (Transfer.h).
//
// An actor that another thread knows has a share. The actor itself lives in the heap of its home; other heaps have handles,
// objects of kind Actor with nothing but the share. While there are handles its home keeps the actor alive.

#include <pthread.h>
#include <uv.h>

#include <atomic>
#include <latch>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/async/Operation.h"
#include "runtime/async/Scheduler.h"
#include "runtime/async/Transfer.h"

namespace gene {

struct Worker;
struct Workers;

struct ActorShare {
  Worker* home;
  std::atomic<uint32_t> references = 1;  // handles, and the actor itself
  std::atomic<uint32_t> handles = 1;     // that keep the actor alive; in parcels as well
  std::atomic<uint32_t> waiting = 0;     // messages that it has not taken yet
  std::atomic<bool> stopped = false;
  std::atomic<bool> isAwaited = false;  // somebody waits for room in its mailbox (Worker::waiters)
  // Of the home's thread.
  ActorObject* object = nullptr;  // null before it is there, and when it has died
  uint32_t root = NoRoot;         // in Worker::known
  static constexpr uint32_t NoRoot = UINT32_MAX;
  explicit ActorShare(Worker* h) : home(h) {}
};

/// What one thread has another one do, on its event loop: no Gene code.
class Errand {
 public:
  Errand() = default;
  Errand(const Errand&) = delete;
  Errand& operator=(const Errand&) = delete;
  virtual ~Errand() = default;
  virtual void run(Worker& here) = 0;
};

/// A request to an actor on another thread: ends the future that waits here.
struct Question {
  Operation operation;
};

struct Letter {
  enum Kind : uint8_t { Spawn, Post, Reply, Failure, Stop, Room, Release, Run };
  Letter* next = nullptr;
  Kind kind;
  bool customEquality = false;     // Spawn: Context::customEquality
  ActorShare* actor = nullptr;     // Spawn, Post, Stop, Release
  Question* question = nullptr;    // Post: null when there is none; Reply, Failure
  Worker* from = nullptr;          // Post with a question
  Parcel parcel;                   // Spawn: the handler; Post, Reply
  Parcel state;                    // Spawn
  std::string text;                // Failure: the message
  std::unique_ptr<Errand> errand;  // Run
  explicit Letter(Kind k) : kind(k) {}
};

struct Worker {
  Workers& all;
  const uint32_t index;  // 0: the program's first thread
  Context* context = nullptr;
  Scheduler* scheduler = nullptr;
  pthread_t thread{};

  // Touched by everybody.
  std::atomic<Letter*> inbox = nullptr;       // the latest first
  std::atomic<bool> asleep = false;           // the bell has to be rung
  std::atomic<bool> idle = false;             // asleep, and only a letter can wake it
  std::atomic<bool> done = false;             // the program ends, and no turn is in progress here
  std::atomic<uint64_t> sent = 0, taken = 0;  // letters; each is written by its own thread only
  uv_async_t bell;
  std::mutex waitersMutex;
  std::unordered_map<ActorShare*, std::vector<Worker*>>
      waiters;  // for room, of actors at home here

  // Of its own thread.
  Value known = Value::nil();  // Array: the actors that others have handles of
  std::vector<uint32_t> freeRoots;
  Value places =
      Value::nil();  // Scope: the fibers that wait for room; the one that waits for the end

  Worker(Workers& w, uint32_t i) : all(w), index(i) {}
  [[nodiscard]] bool isFirst() const { return index == 0; }
};

struct Workers {
  std::vector<std::unique_ptr<Worker>> members;  // the first thread, then the others
  std::atomic<uint32_t> next = 0;                // round robin
  std::latch started;
  std::atomic<bool> ending = false;       // no turn begins any more
  std::atomic<bool> leaving = false;      // threads end, whatever they have in progress
  std::atomic<bool> interrupted = false;  // by Ctrl-C
  bool ended = false;                     // one thread is left
  explicit Workers(uint32_t threads) : started(threads) {}
};

// --- Workers.cpp: threads and letters --------------------------------------------------------------------------------------------

/// Does somebody stop the program on its own thread and go through it in steps?
bool isDebugged(Context& context);
/// Sees to it that there will be as many threads beside the program's own. False with an exception, which `what` begins, when
/// there are some already, and fewer.
bool reserveThreads(Context& context, uint32_t count, std::string_view what);
/// The worker of this context. All threads are started when they are not running yet.
Worker& startedWorker(Context& context);
/// The same; null when actors run where they are made.
Worker* workerOf(Context& context);
/// Where the next actor lives.
Worker& nextHome(Worker& here);
/// Hands a letter over; it belongs to the receiver.
void send(Worker& from, Worker& to, std::unique_ptr<Letter> letter);
void sendErrand(Worker& from, Worker& to, std::unique_ptr<Errand> errand);

/// Takes the letters that have come. True: something is ready.
void takeLetters(Scheduler& scheduler);
/// Before and after the loop's thread sleeps. False: there is a letter.
bool mayFallAsleep(Scheduler& scheduler);
void wokeUp(Scheduler& scheduler);
/// Tells all threads that the program ends.
void beginEnd(Scheduler& scheduler);
/// The others have ended after Ctrl-C: who waits on this thread is woken by an exception, too. False when that is not so, or was
/// done.
bool endInterrupted(Scheduler& scheduler);
/// Has the thread nothing more to do before the program ends?
bool isAtRest(const Scheduler& scheduler);
/// Waits for all threads and gives back what they had. The exit code: 99 where objects were left.
int endWorkers(Scheduler& scheduler, int code);

// --- RemoteActors.cpp: actors on other threads -----------------------------------------------------------------------------------

/// The actor if this thread is its home; null for one that lives on another.
ActorObject* atHome(Context& context, ActorObject* actor);
ActorShare* shareOf(Context& context, ActorObject* actor);
void takeHandle(ActorShare* share);
void dropHandle(ActorShare* share);
/// The actor, or a handle of it.
Value handleOf(Context& context, ActorShare* share);
/// An object of kind Actor dies.
void freeActor(ActorObject* actor);

/// Makes an actor at `home`, another thread; a handle, or 0 and an exception.
Value spawnAt(Context& context, Worker& home, Value handler, Value state);
/// The same as post (Actors.cpp) for an actor that lives on another thread.
Value postFar(Context& context, ActorShare* to, Value message, bool asks);
void stopFar(Context& context, ActorShare* actor);
/// Answers a question from another thread: `target` is what the mailbox has instead of a future. False with an exception.
bool replyFar(Context& context, Value target, Value reply);
void failFar(Context& context, Value target, std::string_view message);
/// An actor with a share took a message, or has stopped: who waits for room may go on.
void tookMessages(ActorShare* share, uint32_t count);
/// Does what a letter says. On the event loop.
void openLetter(Worker& worker, Letter& letter);
/// The program ends, and messages that wait here are lost: who waits for an answer hears of it.
void dropAllMessages(Worker& worker);

// --- Actors.cpp ------------------------------------------------------------------------------------------------------------------

constexpr uint32_t MailboxLimit = 10'000;
ActorObject* newActor(Context& context, Value handler, Value state);
/// Puts a message and what its reply goes to into the mailbox.
void deliver(Context& context, ActorObject* actor, Value message, Value target);
/// Refuses what waits in the mailbox.
void dropMessages(Context& context, ActorObject* actor);
/// The same, and it takes no more.
void stopActor(Context& context, ActorObject* actor);
/// What who asked gets instead of a reply.
Value replyFailure(Context& context, std::string_view message);

}  // namespace gene
