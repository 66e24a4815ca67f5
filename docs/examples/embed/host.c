/* A program in C that runs scripts of its users, in Gene, under limits: so much memory, so many instructions, so much time. The scripts
 * can call functions that the program offers, and give it functions to call.
 *
 *     cc -O2 host.c -o host $(pkg-config --cflags --libs gene)
 *     ./host script.gene ...
 *
 * docs/c-api.md goes through it. */
#include <gene.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const char *name;
  int lines; /* that the script has printed */
  GeneValue on_order;
} Script;

/* What a script prints, with its name in front. */
static void write_line(void *data, const char *text, size_t length) {
  Script *script = data;
  if (length > 0 && text[length - 1] == '\n') length--;
  script->lines++;
  printf("[%s] %.*s\n", script->name, (int)length, text);
}

/* (on_order f): f is called for each order. A value that is to live longer than this call is kept. */
static GeneValue on_order(GeneRuntime *runtime, GeneValue *args, int count, bool has_keywords) {
  (void)runtime;
  Script *script = gene_function_data();
  GeneValue handler = gene_get_arg(args, count, has_keywords, 0);
  if (gene_kind(handler) != GENE_FUNCTION)
    return gene_fail("TypeException", "on_order: a function is needed");
  gene_release(script->on_order);
  script->on_order = gene_keep(handler);
  return gene_nil();
}

/* Takes and prints what is pending. */
static void report(Script *script) {
  const char *text = gene_error_report();
  if (gene_stopped_by() == GENE_STOPPED_BY_EXIT)
    printf("%s ended with exit code %d\n", script->name, gene_exit_code());
  else
    printf("%s failed%s: %.*s\n", script->name, gene_stopped_by() ? " (stopped)" : "",
           (int)strcspn(text, "\n"), text);
}

/* What the script makes of an order. */
static void order(Script *script, const char *item, int64_t amount) {
  gene_scope_begin();
  GeneValue map = gene_make_map();
  gene_map_store(map, "item", gene_to_value_string(item));
  gene_map_store(map, "amount", gene_to_value_int(amount));
  GeneValue price = gene_call(script->on_order, &map, 1);
  if (price == GENE_FAILED)
    report(script);
  else
    printf("%s wants %.2f for %lld %s\n", script->name, gene_to_float(price), (long long)amount, item);
  gene_scope_end();
}

static int run(const char *path) {
  const char *slash = strrchr(path, '/');
  Script script = {slash ? slash + 1 : path, 0, GENE_FAILED};
  GeneOptions options = GENE_OPTIONS_INIT;
  options.max_heap = 16 << 20;
  options.max_instructions = 5000000;
  options.max_milliseconds = 2000;
  options.write = write_line;
  options.write_data = &script;
  GeneRuntime *runtime = gene_runtime_create(&options);
  if (!runtime) return 1;
  gene_runtime_enter(runtime);
  gene_set_global("on_order", gene_make_function("on_order", on_order, &script, 1, 1));
  if (gene_evaluate_file(path) == GENE_FAILED)
    report(&script);
  else if (script.on_order != GENE_FAILED) {
    order(&script, "apples", 3);
    order(&script, "pears", 1000);
  }
  gene_release(script.on_order);
  gene_runtime_leave(runtime);
  int64_t alive = gene_runtime_destroy(runtime);
  printf("%s: %d lines, %lld values left behind\n", script.name, script.lines, (long long)alive);
  return alive != 0;
}

int main(int argc, char **argv) {
  int failed = 0;
  for (int i = 1; i < argc; i++) failed |= run(argv[i]);
  return failed;
}
