// runSwitch: see Interpreter.cpp.
#define GENE_VM_SWITCH
#include "runtime/vm/Interpreter.cpp"
