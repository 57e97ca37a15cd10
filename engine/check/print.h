/* check/print.h -- what the two halves of the printer share. */
#ifndef NOTCH_CHECK_PRINT_H
#define NOTCH_CHECK_PRINT_H

#include "check/check.h"

const char *notch_print_op_word(notch_expr_op op);
void notch_print_type(notch_buffer *to, const notch_program *p, notch_type type);
void notch_print_value(notch_buffer *to, const notch_program *p, notch_type type,
                       notch_value value);
void notch_print_range(notch_buffer *to, notch_range range);
/* The expression alone: the same text in any version that says the same. */
void notch_print_root_expr(notch_buffer *to, const notch_program *p, uint32_t root);
void notch_print_root(notch_buffer *to, const notch_program *p, uint32_t root);

#endif
