#pragma once
// The world of one program: what all its threads mean by a shape, a class, an interface. A Context is one thread of it
// (runtime/Context.h). Two programs in one process have two domains and share nothing but symbols (support/Symbol.h),
// immutable tables, and what belongs to the process: its standard streams, its signals, its child processes.
//
// Who changes something here while there may be several threads holds the lock (DomainLock). Reading shapes takes none.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "runtime/Context.h"
#include "runtime/support/StableTable.h"

namespace gene {

struct Shape;

struct Domain {
  using Shapes = StableTable<std::atomic<Shape*>, FirstInstanceShape>;
  Shapes shapes;                                             // by id
  std::atomic<Shapes*> numberedShapes[MaxClassNumber] = {};  // by class number - 1, then as above
  std::unordered_map<Symbol, InterfaceObject*> interfaces;   // by identity: the one declared last
  uint32_t lastClass = 0;                                    // ClassObject::id
  std::atomic<uint32_t> methodEpoch = 1;  // of definitions: each begins a new one
  ClassObject* errors[static_cast<size_t>(ErrorClass::Count)];  // by ErrorClass
  /// Classes of kinds whose values are of several classes.
  ClassObject *date, *dateTime, *time, *arrayIterator, *mapIterator, *rangeIterator, *lineIterator;
  std::string programName;  // as it was started, and with what
  std::vector<std::string> programArguments;
  uint32_t workers = 0;                     // threads beside the program's own, once there are some
  std::atomic<bool> actorsEnabled = false;  // (gene/actor/enable)
  std::atomic<uint32_t> actorThreads =
      0;                     // so many of the workers have actors; 0: they run where they are made
  bool checksLeaks = false;  // RuntimeOptions::checkLeaks
  bool isShared = false;     // there are threads beside the program's own
  /// Code that was loaded, descriptions of functions: what lives until the domain is given back, behind its heaps.
  std::vector<std::shared_ptr<void>> kept;
  std::mutex mutex;

  Domain() = default;
  ~Domain();
  Domain(const Domain&) = delete;
};

/// Holds the lock where it is needed: one thread alone takes none.
class DomainLock {
 public:
  explicit DomainLock(Domain& domain) : domain_(domain.isShared ? &domain : nullptr) {
    if (domain_) domain_->mutex.lock();
  }
  ~DomainLock() {
    if (domain_) domain_->mutex.unlock();
  }
  DomainLock(const DomainLock&) = delete;

 private:
  Domain* domain_;
};

}  // namespace gene
