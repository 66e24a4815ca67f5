#include "codegen/embed/Stack.h"

#include <pthread.h>
#include <sys/mman.h>

namespace gene {
namespace {

thread_local OwnStack* innermost = nullptr;

}  // namespace

OwnStack::~OwnStack() {
  if (own_.low) ::munmap(reinterpret_cast<void*>(own_.low), own_.high - own_.low);
}

bool OwnStack::make(size_t bytes) {
  if (!mapStack(own_, bytes)) return false;
  prepareFiber(own_, begin);
  return true;
}

void OwnStack::begin() {
  OwnStack& self = *innermost;
  enterStack(self.own_);
  self.serve();
}

void OwnStack::serve() {
  for (;;) {
    request_(data_);
    switchStacks(own_, caller_);
  }
}

const OwnStack* OwnStack::running() { return innermost; }

void OwnStack::call(void (*f)(void* data), void* data) {
  request_ = f;
  data_ = data;
  outer_ = innermost;
  // Each time another thread may call, or another stack of this one: the way back goes there.
  caller_ = Fiber{};
#if __has_feature(address_sanitizer)
  if (outer_) {
    caller_.low = outer_->low();
    caller_.high = outer_->high();
  } else {
    pthread_attr_t attributes;
    void* low = nullptr;
    size_t size = 0;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &low, &size);
    pthread_attr_destroy(&attributes);
    caller_.low = reinterpret_cast<uintptr_t>(low);
    caller_.high = caller_.low + size;
  }
#endif
  innermost = this;
  switchStacks(caller_, own_);
  innermost = outer_;
}

}  // namespace gene
