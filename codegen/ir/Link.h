#pragma once
// The modules of a program become one. Each source is lowered to a Program of its own (Program::modules of the main one), which
// names what it takes of others: a global or function with `from` is a declaration. Passes over the whole program come behind
// this.
//
//   before  main: (global x ^from "a.gene" ^constant)  (func main … (global.get x))    a.gene: (export x x)  (global x) …
//   after   (global x) (func main … (global.get x)) and the functions of a.gene

#include <string>

#include "codegen/ir/Ir.h"

namespace gene::ir {

/// Makes `modules` part of `main`: functions and globals move there, declarations become what they stand for, constants and
/// shapes of calls become those of `main`, external names the same global everywhere. The first problem as a sentence, or
/// empty: a module or export that is not there. The work is linear in the code of the modules; a program without modules is
/// left as it is.
std::string link(Program& main);

}  // namespace gene::ir
