#pragma once
// Starting and ending a Gene thread: the context with its heap and built-ins, the machine stack the program runs on,
// and how it ends (00 §4-5).

#include <map>
#include <string>
#include <vector>

#include "frontend/syntax/Diagnostics.h"
#include "runtime/Context.h"
#include "runtime/Program.h"

namespace gene {

/// An error that a program is going to raise if it comes to this place, and the warning about it that was held back.
struct ExpectedError {
  std::string file;
  uint32_t line, column;
  std::string message;
  std::string warning;  // as it is printed
  std::vector<std::string> hints;
};

struct RuntimeOptions {
  std::vector<std::string> arguments;  // $args
  std::string programName;             // $program
  std::string sourceText;  // the program's text when it stands in no file: for reports of errors
  const std::map<std::string, std::string, std::less<>>* texts =
      nullptr;  // others, by the names of their files
  ErrorFormat errorFormat = ErrorFormat::Human;
  std::vector<ExpectedError>* expected =
      nullptr;           // the report of one of these has its hints, and takes it away
  size_t stackSize = 0;  // of the machine stack and of the VM's value stack; 0: defaultStackSize()
  size_t maxHeap = 0;    // of each heap; 0: what the system allows
  bool stats = false;    // report on standard error at the end (also GENE_STATS=1)
  bool checkLeaks =
      false;  // tear down at the end and report live objects, exit code 99 (GENE_CHECK_LEAKS=1)
};
/// A number of bytes like "4096", "64K", "8M" or "1G"; 0 when it is no size, or above MaxStackSize.
size_t parseSize(const char* text);
inline constexpr size_t MaxStackSize = size_t{1} << 40;

/// The same for the limit of a heap, which is not below 1 MiB.
size_t parseHeapSize(const char* text);

/// The defaults, changed by the environment: GENE_ERROR_FORMAT, GENE_STACK_SIZE, GENE_MAX_HEAP, GENE_STATS,
/// GENE_CHECK_LEAKS.
RuntimeOptions runtimeOptionsFromEnvironment();

/// A context with heap, classes and built-ins, and a domain of its own. It is this thread's context from here on.
Context* createContext(const RuntimeOptions& options);
/// One more context of a domain, for another thread of its program: it has a heap and a VM stack of its own and sees the same
/// classes, built-in names and code. Nothing that one of them can change may be reached by the other: what they share is
/// immortal (makeImmortal) and stays as it is, and `Domain::isShared` is set. It is this thread's context from here on. Null
/// without memory.
Context* createContextBeside(Context& first, size_t stackSize);
/// Makes it the context of this thread. One that was made in another thread, which does not run it any more, has to be told
/// of the stack as well (setStackBase, Context::stackLimit).
void enterContext(Context& context);
/// What this thread runs on from here on, for contexts that are made in it; (0, 0): its own stack again. For whoever changes
/// stacks.
void runOnStack(uintptr_t low, uintptr_t high);
/// Gives back all that a context is made of, after finishProgram, and the domain with its last one; and with that what was loaded
/// into it.
void destroyContext(Context* context);

/// Calls `main` (with `data`) on a thread of its own with the large stack; returns its result. `meanwhile` is what the calling
/// thread does before it waits for the other one.
int runOnLargeStack(const RuntimeOptions& options, int (*main)(void* data), void* data,
                    void (*meanwhile)(void* data) = nullptr);

/// Runs the module body of a loaded program (function 0), reports an uncaught exception on standard error, flushes,
/// prints statistics, checks for leaks. Returns the exit code.
int runProgram(Context& context, Program& program, const RuntimeOptions& options);

/// Runs function 0 and gives its value, or 0 with the exception pending.
Value runModule(Context& context, Program& program);

/// What follows the end of a program: flushes, prints statistics, checks for leaks. Returns the exit code.
int finishProgram(Context& context, int code, const RuntimeOptions& options);

/// Fills the classes, Context::globals and Context::dollars with the built-ins (runtime/builtins).
void defineBuiltins(Context& context);

/// Does another program embed this one? Then it must not end or hold up the process.
bool isEmbedded(const Context& context);
/// (exit code): ends the process, or, where another program embeds this one, the program alone; then it gives 0.
Value exitProgram(Context& context, int code);

/// The message of an exception; of one without, and of other values, the literal text.
std::string exceptionMessage(Context& context, Value exception);

/// The report of an uncaught exception (taken from the context), as it goes to standard error.
std::string describeUncaught(Context& context, const RuntimeOptions& options);

}  // namespace gene
