#pragma once
// Ctrl-C. While the program runs it ends the process, as ever. While it waits, whoever waits is woken with an exception, so
// that `finally` blocks run, and the program ends with 130; a second Ctrl-C ends it at once. The signal is the process's: the
// first scheduler hears of it. Where a REPL runs the program it says itself what is interrupted, and goes on.

namespace gene {

struct Scheduler;

void watchInterrupts(Scheduler& scheduler);
/// Ctrl-C ends the process again.
void ignoreInterrupts(Scheduler& scheduler);
/// The thread is about to sleep in the event loop, or does not any more.
void sleeping(Scheduler& scheduler, bool sleeps);
/// Was there a Ctrl-C since the last time?
bool takeInterrupt(Scheduler& scheduler);
/// Does the program end that was interrupted?
bool endsInterrupted();

/// From now on Ctrl-C is the caller's affair: who waits is woken by interruptWaiting alone. Before there is a scheduler.
void interruptByCall();
/// Wakes whoever waits, now or next, with an exception, where that is a matter of calls. May be called by any thread and by the
/// handler of a signal.
void interruptWaiting();
/// Who waits next is not woken any more.
void forgetInterrupt();

}  // namespace gene
