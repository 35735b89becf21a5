/* question.h: what a backend wants to know of a method's params before it asks. Pure. */
#ifndef SS_HTTP_QUESTION_H
#define SS_HTTP_QUESTION_H

#include "http/backend.h"

/* params: a whole MessagePack map, borrowed. The ticket is for the port to fill in. */
ss_backend_request ss_question_of(ss_method method, ss_slice params);

#endif
