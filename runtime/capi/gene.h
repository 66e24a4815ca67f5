/* The C API of Gene: extensions in C for Gene programs, and Gene in programs that are written in C. For C99 and C++.
 * docs/c-api.md explains it, with examples. This file includes nothing of Gene's own and stays as it is: what is added leaves
 * what was there alone, and GENE_API_VERSION counts up.
 *
 * A value is a GeneValue, an opaque word. Numbers, nil, bools, characters and symbols are what they are, for ever. Other values are
 * held for you until the scope ends in which you got them: the call of your function, the next gene_scope_end, or, in a program
 * around Gene, the end of the runtime. gene_keep makes it longer. A word that is no value, or of another runtime, or whose scope
 * has ended, is found out, and is an error like any other.
 *
 * Errors are Gene exceptions. A function that fails gives GENE_FAILED (NULL, false), and an exception is pending. While one is,
 * everything that could fail does nothing and fails, so you may look once at the end. Return GENE_FAILED to pass it on, or take it
 * with gene_take_error. A pending exception is never lost: your function raises it, whatever it returns.
 *
 * All functions work on the runtime of the calling thread: in your functions that of the program that called them, elsewhere the
 * one that was entered last. Without one they fail. */
#ifndef GENE_H
#define GENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GENE_API_VERSION 1 /* of this file */
#define GENE_ABI_VERSION 8 /* of what extensions are given: GeneHostAbi */

#ifdef __cplusplus
extern "C" {
#define GENE_NORETURN [[noreturn]]
#elif defined(__GNUC__)
#define GENE_NORETURN __attribute__((noreturn))
#else
#define GENE_NORETURN
#endif

typedef uint64_t GeneValue;
typedef struct GeneRuntime GeneRuntime;

#define GENE_FAILED ((GeneValue)0) /* no value: an exception is pending */

/* A function in C. With keyword arguments args[0] is a Map of them, and count includes it; of a method the next one is the
 * receiver. gene_get_arg and gene_get_keyword do the counting. */
typedef GeneValue (*GeneFunction)(GeneRuntime* runtime, GeneValue* args, int count,
                                  bool has_keywords);

typedef enum {
  GENE_NO_VALUE = 0, /* GENE_FAILED, or a word that is no value here */
  GENE_NIL = 1,
  GENE_VOID = 2,
  GENE_BOOL = 3,
  GENE_INT = 4,
  GENE_FLOAT = 5,
  GENE_CHAR = 6,
  GENE_SYMBOL = 7,
  GENE_STRING = 8,
  GENE_BYTES = 9,
  GENE_ARRAY = 10,
  GENE_MAP = 11,
  GENE_GENE = 12,
  GENE_FUNCTION = 13,
  GENE_CLASS = 14,
  GENE_NAMESPACE = 15,
  GENE_INSTANCE = 16,
  GENE_OTHER = 17
} GeneKind;

/* --- values --------------------------------------------------------------------------------------------------------- */

GeneKind gene_kind(GeneValue value);

GeneValue gene_nil(void);
GeneValue gene_to_value_bool(bool value);
GeneValue gene_to_value_int(int64_t value);
GeneValue gene_to_value_float(double value);
/* Copies; nil for NULL, a negative length or what is no UTF-8. */
GeneValue gene_to_value_string(const char* text);
GeneValue gene_to_value_string_n(const char* text, int64_t length);
GeneValue gene_to_value_symbol(const char* name);

bool gene_is_nil(GeneValue value);
/* Of an Int, or a Float cut to one; 0 for others. */
int64_t gene_to_int(GeneValue value);
/* Of a Float or an Int; 0.0 for others. */
double gene_to_float(GeneValue value);
/* False for nil and false only; void is true here. */
bool gene_to_bool(GeneValue value);
/* The text of a String or Symbol behind which a zero stands, as long as the scope; NULL for others and where a zero is in it. */
const char* gene_to_string(GeneValue value);
/* Its bytes; 0 for others. */
int64_t gene_string_len(GeneValue value);
/* The same without a copy and without a zero behind it: as long as the value is held. NULL for others. */
const char* gene_string_data(GeneValue value, size_t* length);
/* A String of what (println value) writes; GENE_FAILED for what is no value. */
GeneValue gene_display(GeneValue value);
/* As (a == b). */
bool gene_equals(GeneValue a, GeneValue b);

/* Bytes: of a copy, or with room that you fill in place. Nobody else may have seen them when you write to *data. */
GeneValue gene_make_bytes(const void* data, size_t size);
GeneValue gene_make_buffer(size_t size, unsigned char** data);
/* Fewer of them, from the beginning; for a buffer that was filled in part. */
bool gene_shorten_bytes(GeneValue bytes, size_t size);
/* Where they lie, not copied: as long as the value is held. NULL and a TypeException for others. */
const unsigned char* gene_bytes_data(GeneValue bytes, size_t* size);

GeneValue gene_make_array(const GeneValue* items, size_t count);
/* 0 and a TypeException for what is no Array. */
size_t gene_array_length(GeneValue array);
/* nil beyond its end. */
GeneValue gene_array_at(GeneValue array, size_t index);
bool gene_array_append_value(GeneValue array, GeneValue item);
bool gene_array_store(GeneValue array, size_t index, GeneValue item);

GeneValue gene_make_map(void);
/* The number of entries; 0 and a TypeException for what is no Map. */
size_t gene_map_length(GeneValue map);
/* nil where there is none. */
GeneValue gene_map_lookup(GeneValue map, const char* key);
bool gene_map_store(GeneValue map, const char* key, GeneValue value);
/* One entry after the other: *position begins with 0. False behind the last one. The key is a Symbol. */
bool gene_map_next(GeneValue map, size_t* position, GeneValue* key, GeneValue* value);

/* value/name: fields of instances, members of namespaces and classes, entries of Maps. */
GeneValue gene_read_member(GeneValue value, const char* name);
bool gene_write_member(GeneValue value, const char* name, GeneValue member);

/* --- how long values are held --------------------------------------------------------------------------------------- */

/* The same value until gene_release, whatever scopes end. */
GeneValue gene_keep(GeneValue value);
/* False, and nothing happens, for what gene_keep did not give. */
bool gene_release(GeneValue kept);
/* Values from here on are held until gene_scope_end: in loops that make many. */
void gene_scope_begin(void);
/* False where none was begun in this function. */
bool gene_scope_end(void);

/* --- functions ------------------------------------------------------------------------------------------------------ */

GeneValue gene_wrap_native_fn(GeneFunction function);
/* One that takes least to most positional arguments (most < 0: any number), with a name for messages. `data` is
 * what gene_function_data gives while it runs. */
GeneValue gene_make_function(const char* name, GeneFunction function, void* data, int least,
                             int most);
void* gene_function_data(void);
/* Positional argument number `index`, the receiver of a method being the first; nil beyond. */
GeneValue gene_get_arg(const GeneValue* args, int count, bool has_keywords, int index);
/* nil where it was not given. */
GeneValue gene_get_keyword(const GeneValue* args, int count, bool has_keywords, const char* name);

GeneValue gene_call(GeneValue callee, const GeneValue* args, size_t count);
/* With a Map of keyword arguments. */
GeneValue gene_call_keywords(GeneValue callee, const GeneValue* args, size_t count,
                             GeneValue keywords);
/* (receiver .name args...) */
GeneValue gene_send(GeneValue receiver, const char* name, const GeneValue* args, size_t count);
/* (new class args...) */
GeneValue gene_instantiate(GeneValue cls, const GeneValue* args, size_t count);

/* --- errors --------------------------------------------------------------------------------------------------------- */

/* Raises an exception of a built-in class ("TypeException"; NULL: Exception). Gives GENE_FAILED: return gene_fail(...). */
GeneValue gene_fail(const char* class_name, const char* message);
/* Raises a value as (throw value) does. */
GeneValue gene_fail_with(GeneValue exception);
/* Raises an Exception and leaves your function by longjmp: no destructor of C++ runs. Only in functions that Gene called. */
GENE_NORETURN void gene_raise_error(const char* message);
bool gene_has_error(void);
/* The pending exception, which is then no longer pending; nil without one. */
GeneValue gene_take_error(void);
/* The message of an exception, a String. */
GeneValue gene_error_message(GeneValue exception);
/* As (value is cls). */
bool gene_is_instance(GeneValue value, GeneValue cls);

/* --- namespaces and classes ----------------------------------------------------------------------------------------- */

GeneValue gene_new_namespace(const char* name);
bool gene_namespace_set(GeneValue ns, const char* name, GeneValue value);
/* nil where it is missing. */
GeneValue gene_namespace_get(GeneValue ns, const char* name);

/* A class below `parent`; nil: Object. */
GeneValue gene_make_class(const char* name, GeneValue parent);
/* Methods have the receiver as their first argument, which least and most do not count. */
bool gene_add_method(GeneValue cls, const char* name, GeneFunction function, void* data, int least,
                     int most);
/* What (new class args...) calls with the new instance; its result does not matter, but for GENE_FAILED. */
bool gene_add_constructor(GeneValue cls, GeneFunction function, void* data, int least, int most);
/* A static member, read as Class/name. */
bool gene_add_static(GeneValue cls, const char* name, GeneValue value);

/* What C has behind an instance. Types are told apart by their addresses: make them static. `finalize` is called with the data
 * when the instance dies, or the runtime, or other data takes its place; it can use nothing of this file. */
typedef struct {
  const char* name; /* in messages */
  void (*finalize)(void* data);
} GeneDataType;
bool gene_set_data(GeneValue instance, const GeneDataType* type, void* data);
/* NULL and a TypeException where the instance has none of that type. */
void* gene_get_data(GeneValue instance, const GeneDataType* type);

/* --- extensions ------------------------------------------------------------------------------------------------------
 * A shared library that exports
 *     int32_t gene_init(GeneHostAbi *host);
 * and is used by (import a b from "path/without/suffix" ^^native). gene_init checks host->abi_version, makes a namespace and stores
 * it in *host->result_namespace. It is called once in each runtime. */

#define GENE_OK 0
#define GENE_ERROR 1
#define GENE_ABI_MISMATCH 2

typedef struct {
  uint32_t abi_version; /* GENE_ABI_VERSION */
  void* user_data;      /* the runtime: GeneRuntime */
  GeneValue app_value;  /* nil */
  void* symbols_data;
  /* Not offered: null. */
  void (*log_message_fn)(void);
  void (*register_scheduler_callback_fn)(void);
  void (*register_port_fn)(void);
  void (*register_port_with_options_fn)(void);
  void (*call_port_fn)(void);
  void (*call_port_async_fn)(void);
  void (*actor_reply_fn)(void);
  void (*actor_reply_serialized_fn)(void);
  void (*poll_vm_fn)(void);
  GeneValue* result_namespace;
} GeneHostAbi;

/* --- embedding: link with `pkg-config --cflags --libs gene` ------------------------------------------------------------ */

typedef struct {
  size_t size;     /* sizeof(GeneOptions) */
  size_t max_heap; /* bytes that its values may take; 0: what the system allows. At least 1 MiB */
  uint64_t
      max_instructions; /* of the VM, in one call of gene_evaluate, gene_call ... from outside; 0: any number */
  uint64_t max_milliseconds; /* likewise; 0: any time */
  bool interruptible;        /* gene_runtime_interrupt works although there are no limits */
  size_t
      stack_size; /* bytes, of the machine stack and of the VM's each; 0: 112 MiB, which are used as they are needed */
  /* What programs print; NULL: standard output and standard error. */
  void (*write)(void* data, const char* text, size_t length);
  void* write_data;
  const char* program_name;     /* $program; NULL: "gene" */
  const char* const* arguments; /* $args; NULL, or ended by NULL */
} GeneOptions;
#define GENE_OPTIONS_INIT {sizeof(GeneOptions), 0, 0, 0, false, 0, NULL, NULL, NULL, NULL}

typedef enum {
  GENE_NOT_STOPPED = 0,
  GENE_STOPPED_BY_INSTRUCTIONS = 1,
  GENE_STOPPED_BY_TIME = 2,
  GENE_STOPPED_BY_MEMORY = 3, /* and its handlers used up what they had */
  GENE_STOPPED_BY_EXIT = 4,   /* (exit code): gene_exit_code */
  GENE_STOPPED_BY_INTERRUPT = 5
} GeneStop;

/* The version that is linked: GENE_API_VERSION of then. */
uint32_t gene_api_version(void);
/* NULL for options that make no sense, and without memory. NULL: all defaults. */
GeneRuntime* gene_runtime_create(const GeneOptions* options);
/* From here on this thread works with it, until gene_runtime_leave; may be nested, also with other runtimes between. False where
 * another thread has entered it. */
bool gene_runtime_enter(GeneRuntime* runtime);
/* False where it is not the one that this thread has entered last, and in functions that Gene called. */
bool gene_runtime_leave(GeneRuntime* runtime);
/* Ends what waits, finalizes, gives everything back. The number of values that were still alive: 0, or the runtime is at
 * fault. -1, and nothing happens, while somebody is in it. */
int64_t gene_runtime_destroy(GeneRuntime* runtime);
/* From any thread: what runs is stopped. Needs a limit of instructions or time, or `interruptible`. */
void gene_runtime_interrupt(GeneRuntime* runtime);

/* Runs source text and gives the value of its last form. What it defines is there for the next ones. `name`: in messages, and where
 * imports begin; NULL: "<text>". */
GeneValue gene_evaluate(const char* source, size_t length, const char* name);
GeneValue gene_evaluate_file(const char* path);
/* What such text has defined, or the program around a function, or what is built in; nil where it is missing. */
GeneValue gene_get_global(const char* name);
bool gene_set_global(const char* name, GeneValue value);
/* Takes the pending exception, and gives what `gene run` writes of it: place, source line, stack. Until the next call; NULL
 * without an exception. */
const char* gene_error_report(void);
/* What stopped the last call from outside. Its exception went past all handlers. */
GeneStop gene_stopped_by(void);
int gene_exit_code(void);

#ifdef GENE_REFERENCE_NAMES /* as the language reference spells them (14 system, 14.9) */
typedef GeneValue Value;
typedef GeneRuntime VirtualMachine;
#endif

#ifdef __cplusplus
}
#endif
#endif
