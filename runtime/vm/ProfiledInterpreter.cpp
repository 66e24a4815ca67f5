// runProfiled: see Interpreter.cpp.
#define GENE_VM_PROFILED
#include "runtime/vm/Interpreter.cpp"
