// The functions of the reference's table (14 system §14.9), one call of an extension for each.
#include <gene.h>
#include <string.h>

#define GENE_REFERENCE_NAMES
#include <gene.h>
typedef uint64_t Value; /* as the reference has it */

static Value ints(GeneRuntime *vm, Value *args, int count, bool kw) {
  return gene_to_value_int(gene_to_int(gene_get_arg(args, count, kw, 0)));
}
static Value floats(GeneRuntime *vm, Value *args, int count, bool kw) {
  return gene_to_value_float(gene_to_float(gene_get_arg(args, count, kw, 0)));
}
static Value truth(GeneRuntime *vm, Value *args, int count, bool kw) {
  return gene_to_value_bool(gene_to_bool(gene_get_arg(args, count, kw, 0)));
}
static Value is_nil(GeneRuntime *vm, Value *args, int count, bool kw) {
  return gene_to_value_bool(gene_is_nil(gene_get_arg(args, count, kw, 0)));
}
static Value text(GeneRuntime *vm, Value *args, int count, bool kw) {
  const char *s = gene_to_string(gene_get_arg(args, count, kw, 0));
  return s ? gene_to_value_string(s) : gene_to_value_string("NULL");
}
static Value length(GeneRuntime *vm, Value *args, int count, bool kw) {
  return gene_to_value_int(gene_string_len(gene_get_arg(args, count, kw, 0)));
}
static Value counted(GeneRuntime *vm, Value *args, int count, bool kw) {
  Value given[4] = {gene_get_arg(args, count, kw, 0), gene_get_arg(args, count, kw, 1), gene_to_value_int(count), gene_to_value_bool(kw)};
  return gene_make_array(given, 4);
}
static Value strings(GeneRuntime *vm, Value *args, int count, bool kw) {
  Value made[6] = {gene_to_value_string(NULL), gene_to_value_string("a\xff"), gene_to_value_string_n("abc", 2), gene_to_value_string_n("abc", -1),
                   gene_to_value_string_n("a\0b", 3), gene_to_value_string_n("\xc3", 1)};
  return gene_make_array(made, 6);
}
static Value names(GeneRuntime *vm, Value *args, int count, bool kw) {
  Value ns = gene_new_namespace("made");
  gene_namespace_set(ns, "one", gene_to_value_int(1));
  Value found[2] = {gene_namespace_get(ns, "one"), gene_namespace_get(ns, "two")};
  return gene_make_array(found, 2);
}
static Value raises(GeneRuntime *vm, Value *args, int count, bool kw) {
  gene_raise_error("raised here");
  return gene_nil();
}

int32_t gene_init(GeneHostAbi *host) {
  if (host->abi_version != 8) return 2;
  Value ns = gene_new_namespace("table");
  static const struct { const char *name; GeneFunction function; } all[] = {
      {"ints", ints}, {"floats", floats}, {"truth", truth}, {"is_nil", is_nil}, {"text", text}, {"length", length},
      {"counted", counted}, {"strings", strings}, {"names", names}, {"raises", raises}};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) gene_namespace_set(ns, all[i].name, gene_wrap_native_fn(all[i].function));
  *host->result_namespace = ns;
  return 0;
}
