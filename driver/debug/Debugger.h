#pragma once
// The debugger of programs on the VM, without a face: breakpoints, steps, exceptions, frames, values. Terminal.cpp and Dap.cpp
// are its faces.
//
// A program is compiled for it: each statement begins with a debug.point, and all variables lie in scope objects (DebugTable). To
// stop at a statement, the opcode of its first instruction is replaced by vm::BreakOpcode; all others run as ever. A step puts it
// wherever the step may end: into each function (step in), or into those that have frames (over, out).
//
// The program runs on one thread, and while it stops its face is called there: only then may frames and values be asked for. What
// concerns breakpoints, and pause(), may be called on any thread at any time. Other threads of the program pass breakpoints by.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "codegen/bytecode/DebugTable.h"
#include "runtime/support/Span.h"
#include "runtime/vm/Watch.h"

namespace gene {
struct EnvironmentObject;
}

namespace gene::debug {

struct Place {
  std::string file;  // as it was named on the command line or in an import
  uint32_t line = 0, column = 0;
};

struct Breakpoint {
  int id = 0;
  // where: a line of a file, or all functions and methods of a name
  std::string file;
  uint32_t line = 0;
  std::string function;
  // what for
  std::string condition;         // stops only if this is true
  std::string hits;              // … and at this hit: N, or = N, > N, >= N, < N, % N
  std::string message;           // is said, with the values of {expressions}; the program goes on
  std::vector<uint32_t> points;  // where it stands: in DebugTable; empty: nowhere
  uint64_t count = 0;            // how often control was there, and the condition was true
};

struct Stop {
  enum Reason : uint8_t { Entry, Breakpoint, Step, Pause, Exception } reason;
  int breakpoint = 0;  // Breakpoint
  std::string
      text;  // Exception: its class and message; Breakpoint: what is wrong with its condition
};

enum class Resume : uint8_t { Continue, StepIn, StepOver, StepOut };

/// Which exceptions stop the program where they are raised.
struct ExceptionFilter {
  bool all = false;
  bool uncaught = false;             // no `try` of any frame is around it
  std::vector<std::string> classes;  // of these, or below them
};

struct Frame {
  vm::Place at;
  std::string function;
  Place place;
  const DebugTable::Point* point = nullptr;  // null: nothing is known of its variables
};

struct Variable {
  std::string name;
  Value value;
};

struct Evaluated {
  bool raised;
  Value value;
  std::string error;  // when it raised, or is no code
};

class Debugger {
 public:
  struct Face {
    /// The program has stopped; gives how it is to go on.
    std::function<Resume(const Stop&)> stopped;
    /// A breakpoint has something to say.
    std::function<void(const std::string&)> say;
  };
  /// `table` is that of `compiled`, which was loaded as `program`.
  Debugger(Context& context, const Program& program, std::unique_ptr<ir::Program> compiled,
           DebugTable table, Face face);
  Debugger(const Debugger&) = delete;

  /// Has the program run under the debugger. `stops`: at its first statement.
  void begin(bool stops);

  // --- at any time -------------------------------------------------------------------------------------------------------
  /// Gives it a number and a place, which may be behind the line that is asked for.
  Breakpoint add(Breakpoint wanted);
  bool remove(int id);
  [[nodiscard]] std::vector<Breakpoint> breakpoints();
  [[nodiscard]] Place placeOf(const Breakpoint& breakpoint) const;
  void catchExceptions(ExceptionFilter filter);
  [[nodiscard]] ExceptionFilter exceptions();
  /// Stops at the next statement. May be called by a signal handler.
  void pause();
  /// Was it called, and nothing has come to a statement since?
  [[nodiscard]] bool isPausing() const { return pauses_; }

  // --- while it stops ----------------------------------------------------------------------------------------------------
  /// Innermost first; of a very deep stack the first ones.
  static constexpr size_t MostFrames = 1000;
  const std::vector<Frame>& frames();
  /// The variables of the function itself, and those that it captured.
  std::vector<Variable> locals(const Frame& frame, bool captured);
  /// Absent at the module's level.
  Value self(const Frame& frame);
  /// Variables and definitions of the modules.
  std::vector<Variable> globals();
  /// One form, or several that are taken as the parts of one: `x + 1`.
  Evaluated evaluate(const Frame& frame, const std::string& text);
  /// What the value consists of: items, entries, fields.
  std::vector<Variable> partsOf(Value value);
  /// Gives a part of `whole`, by the name that partsOf gives it, the value of an expression.
  Evaluated setPart(const Frame& frame, Value whole, const std::string& name,
                    const std::string& text);
  [[nodiscard]] std::string textOf(Value value);

  [[nodiscard]] const SourceManager& sources() const { return sources_; }
  Context& context() { return context_; }

 private:
  /// A statement in memory.
  struct Spot {
    uint16_t* code;
    uint16_t opcode;  // that stands there without a breakpoint
    Place place;
    bool wanted = false;  // by a breakpoint
  };
  struct Going {
    Resume how = Resume::Continue;
    const Value* stack = nullptr;  // of the fiber
    const Value* base = nullptr;   // of the frame
    const vm::Code* code = nullptr;
  };

  uint16_t reached(const uint16_t* pc, Value* base);
  void raised(const uint16_t* pc, Value* base);
  void halt(const Stop& stop, vm::Place at);
  [[nodiscard]] bool endsStep(const Value* base) const;
  bool isWanted(uint32_t spot);
  bool isHit(Breakpoint& breakpoint, Stop* stop);
  std::string filled(const std::string& message);
  void arm();
  void put(const Spot& spot, bool breaks);
  void placeBreakpoint(Breakpoint& breakpoint) const;
  [[nodiscard]] bool isFile(const std::string& wanted, const std::string& file) const;
  [[nodiscard]] bool isCaught();
  [[nodiscard]] std::string describe(Value exception);
  void collectFrames();
  Frame frameAt(vm::Place at);
  [[nodiscard]] const DebugTable::Point* pointAt(const vm::Code& code, uint32_t offset) const;
  EnvironmentObject* environmentOf(const Frame& frame);
  ScopeObject* scopeAt(const Frame& frame, size_t index);

  Context& context_;
  const Program& program_;
  const std::unique_ptr<ir::Program> compiled_;
  const SourceManager& sources_;
  const DebugTable table_;
  const Face face_;
  vm::Watch watch_;
  std::vector<Spot> spots_;  // as table_.points
  std::unordered_map<const uint16_t*, uint32_t> byCode_;

  std::mutex mutex_;  // of what follows, up to the next blank line
  std::vector<Breakpoint> breakpoints_;
  int lastId_ = 0;
  ExceptionFilter filter_;
  bool everywhere_ = false;         // all spots are armed
  std::vector<uint32_t> stepping_;  // functions whose spots are

  std::atomic<bool> pauses_ = false;
  bool atEntry_ = false;
  Going going_;
  vm::Place at_;           // where it stops
  bool isAtSpot_ = false;  // before a statement
  std::vector<Frame> frames_;
  bool hasFrames_ = false;
  bool evaluates_ = false;  // code of the user: breakpoints do not count
  Value exception_;         // that stops the program, else nil
};

}  // namespace gene::debug
