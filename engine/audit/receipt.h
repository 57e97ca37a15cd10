/*
 * audit/receipt.h -- proofs that can be checked without the ledger: that a transaction is in it
 * (a receipt), and that it has only grown between two heads (consistency).
 */
#ifndef NOTCH_AUDIT_RECEIPT_H
#define NOTCH_AUDIT_RECEIPT_H

#include "audit/note.h"
#include "base/json.h"

/* One JSON document.  The proof leads to the newest seal that covers the row, whose checkpoint is
 * then part of it, else to the newest head. */
notch_store_status notch_receipt_write(notch_buffer *to, notch_store *store, int64_t event);
notch_store_status notch_consistency_write(notch_buffer *to, notch_store *store, int64_t old_size,
                                           int64_t size);

typedef struct notch_proof_finding { /* texts lie in the arena */
  bool valid;
  bool consistency;     /* of two heads; else a receipt */
  notch_text why;       /* not valid: the sentence */
  notch_text origin, id, content;
  int64_t event, at_us;
  int32_t offset_min;
  notch_verdict verdict;
  uint32_t postings;
  notch_head head, old_head;
  bool has_checkpoint, is_signed; /* by the key given */
} notch_proof_finding;

/* Checks what the two above write.  key may be NULL: no signature is asked for. */
void notch_proof_verify(notch_proof_finding *out, notch_text json, const notch_note_key *key,
                       const notch_memory *memory, notch_arena *run);

#endif
