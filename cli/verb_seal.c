/*
 * cli/verb_seal.c -- heads to publish and proofs to hand out: seal, receipt.
 */
#include <config.h>

#include "cli/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const cli_option cli_seal_options[] = {
  {"key", N_("FILE"), N_("sign with the key in FILE")},
  {"make-key", N_("FILE"), N_("make a key, keep it in FILE and its public part in FILE.pub")},
  {"since", N_("SIZE"), N_("instead, prove that the ledger only grew since it had SIZE "
                           "transactions")},
  {NULL, NULL, NULL},
};

const cli_option cli_receipt_options[] = {
  {"check", N_("FILE"), N_("check the receipt in FILE; no ledger is needed")},
  {"key", N_("FILE"), N_("with --check: the checkpoint must be signed by this public key")},
  {"json", NULL, N_("with --check: print JSON")},
  {NULL, NULL, NULL},
};

#define RECEIPT_BYTES_MAX ((size_t) 64 << 20)

/* A new file; a secret one is for its owner alone.  CLI_FAILED after a sentence. */
static int write_new(const char *path, const char *text, int mode)
{
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return cli_fail(_("%s cannot be made: %s"), path, strerror(errno));
  size_t size = strlen(text);
  errno = ENOSPC; /* of a write that came to its end too early */
  bool good = write(file, text, size) == (ssize_t) size && fsync(file) == 0;
  int error = errno;
  if (close(file) == 0 && good) return CLI_DONE;
  unlink(path);
  return cli_fail(_("%s cannot be written: %s"), path, strerror(error));
}

static int make_key(notch_engine *engine, notch_ledger *ledger, const char *path, notch_key *key)
{
  if (notch_key_new(engine, notch_ledger_origin(ledger), key) != NOTCH_OK) {
    return cli_fail_on(engine);
  }
  int code = write_new(path, key->secret, 0600);
  if (code == CLI_DONE) {
    char *open_path = cli_format("%s.pub", path);
    code = write_new(open_path, key->open, 0644);
    if (code != CLI_DONE) unlink(path);
    free(open_path);
  }
  return code;
}

static int seal(cli_rules *rules, notch_ledger *ledger, const cli_args *args)
{
  notch_key made;
  const char *key_path = cli_args_value(args, "key"), *new_path = cli_args_value(args, "make-key");
  char *text = NULL;
  int code = CLI_DONE;
  if (new_path) {
    code = make_key(rules->engine, ledger, new_path, &made);
  } else if (key_path) {
    size_t size;
    text = cli_file_read(key_path, NOTCH_KEY_SIZE, &size);
    code = text ? CLI_DONE : CLI_FAILED;
  }
  if (code == CLI_DONE && notch_ledger_seal(ledger, new_path ? made.secret : text, cli_write,
                                            stdout) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  free(text);
  return code;
}

int cli_seal_run(const cli_args *args)
{
  cli_rules rules;
  const char *since = cli_args_value(args, "since");
  char *end = NULL;
  errno = 0;
  long long size = since ? strtoll(since, &end, 10) : 0;
  if (since && (*since == '\0' || *end != '\0' || errno || size < 1)) {
    return cli_usage(args->verb, _("--since needs a number of transactions, not `%s`"), since);
  }
  if (cli_args_has(args, "key") && cli_args_has(args, "make-key")) {
    return cli_usage(args->verb, _("--key and --make-key exclude each other"));
  }
  if (since && (cli_args_has(args, "key") || cli_args_has(args, "make-key"))) {
    return cli_usage(args->verb, _("--since prints a proof, which is not signed; seal without it "
                                   "to sign a head"));
  }
  int code = cli_rules_begin(&rules, false);
  notch_ledger *ledger =
      rules.engine ? cli_ledger_open(rules.engine, args->operands[0], since != NULL, 0) : NULL;
  if (!ledger) {
    code = CLI_FAILED;
  } else if (!since) {
    code = seal(&rules, ledger, args);
  } else if (notch_ledger_consistency(ledger, size, 0, cli_write, stdout) != NOTCH_OK) {
    code = cli_fail_on(ledger);
  }
  notch_ledger_close(ledger);
  cli_rules_end(&rules);
  return code;
}

static int check(cli_rules *rules, const cli_args *args)
{
  size_t size, key_size;
  int valid = 0, code = CLI_FAILED;
  const char *key_path = cli_args_value(args, "key");
  char *json = cli_file_read(cli_args_value(args, "check"), RECEIPT_BYTES_MAX, &size);
  char *key = json && key_path ? cli_file_read(key_path, NOTCH_KEY_SIZE, &key_size) : NULL;
  if (json && (key || !key_path)) {
    notch_status status = notch_proof_check(rules->engine, json, size, key, cli_view(args),
                                            cli_write, stdout, &valid);
    code = status != NOTCH_OK ? cli_fail_on(rules->engine) : valid ? CLI_DONE : CLI_FINDINGS;
  }
  free(key);
  free(json);
  return code;
}

static notch_status put_receipt(notch_ledger *ledger, const cli_args *args)
{
  return notch_ledger_receipt(ledger, args->operands[1], cli_write, stdout);
}

int cli_receipt_run(const cli_args *args)
{
  cli_rules rules;
  bool checks = cli_args_has(args, "check");
  if (checks ? args->operand_count != 0 : args->operand_count != 2) {
    return cli_usage(args->verb, _("needs LEDGER EVENT, or --check FILE alone"));
  }
  if (!checks && cli_args_has(args, "key")) {
    return cli_usage(args->verb,
                     _("--key goes with --check: a receipt has the checkpoint as it is"));
  }
  if (!checks) return cli_ask(args, put_receipt);
  int code = cli_rules_begin(&rules, false);
  if (code == CLI_DONE) code = check(&rules, args);
  cli_rules_end(&rules);
  return code;
}
