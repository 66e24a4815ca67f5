// runSampled: see Interpreter.cpp.
#define GENE_VM_SAMPLED
#include "runtime/vm/Interpreter.cpp"
