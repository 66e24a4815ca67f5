#pragma once
// In builds with assertions: is what the row of a built-in function says of it so? A call that does what its row rules out
// stops the program.
//
//   results     what it gives is of one of these kinds
//   arguments   it raises where an argument is of none of these kinds
//   R           only then it raises
//   c           only then it calls Gene code
//   a           only then it makes objects, other than what it raises
//   w           only then what its arguments hold differs behind it, and it writes to files and streams
//   r           only then a second call may give something else, and a receiver may be an object that can change; what
//               writes may read as well, without saying so

#include "runtime/object/Function.h"

namespace gene {

#ifdef GENE_ASSERTS
/// Calls the function and holds what happens against the row.
Value callWatched(Context& context, const BuiltinFunction& row, Arguments args);
#endif

}  // namespace gene
