/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * check_helper_queue.c - the states of a helper queue's requests.
 */
#include <run.h>
#include <stdlib.h>

#include <core/helper_queue.h>

enum { COUNT = 8 };

static struct helper_request requests[COUNT];
static struct helper_queue queue;

static void setup(vmk_HelperTagComparator compare)
{
    helper_queue_init(&queue, requests, COUNT, compare);
}

static struct helper_request *submit(vmk_uint64 tag)
{
    struct helper_request *request = helper_queue_take(&queue);

    ck_assert_ptr_nonnull(request);
    request->tag.u64 = tag;
    helper_queue_submit(&queue, request);
    return request;
}

static struct helper_request *delay(vmk_uint64 tag, vmk_uint64 due)
{
    struct helper_request *request = helper_queue_take(&queue);

    ck_assert_ptr_nonnull(request);
    request->tag.u64 = tag;
    helper_queue_delay(&queue, request, due);
    return request;
}

START_TEST(runs_in_order)
{
    struct helper_request *first, *second;

    setup(NULL);
    first = submit(1);
    second = submit(2);
    ck_assert_uint_eq(queue.waiting, 2);
    ck_assert_ptr_eq(helper_queue_start(&queue), first);
    ck_assert_ptr_eq(helper_queue_start(&queue), second);
    ck_assert_ptr_null(helper_queue_start(&queue));
    ck_assert_uint_eq(queue.waiting, 0);
    ck_assert_int_eq(first->state, HELPER_RUNNING);
    helper_queue_release(&queue, first);
    ck_assert_int_eq(first->state, HELPER_FREE);
}
END_TEST

START_TEST(runs_out)
{
    setup(NULL);
    for (unsigned i = 0; i < COUNT; i++) {
        submit(i);
    }
    ck_assert_ptr_null(helper_queue_take(&queue));
    helper_queue_release(&queue, helper_queue_start(&queue));
    ck_assert_ptr_nonnull(helper_queue_take(&queue));
}
END_TEST

START_TEST(delayed_waits_for_its_time)
{
    struct helper_request *request;

    setup(NULL);
    request = delay(1, 100);
    ck_assert_ptr_null(helper_queue_start(&queue));
    ck_assert(!helper_queue_due(&queue, request, 99));
    ck_assert(helper_queue_due(&queue, request, 100));
    ck_assert(!helper_queue_due(&queue, request, 101));
    ck_assert_uint_eq(queue.waiting, 1);
    ck_assert_ptr_eq(helper_queue_start(&queue), request);
    ck_assert(!helper_queue_due(&queue, request, 102));
}
END_TEST

START_TEST(cancel_by_tag)
{
    vmk_AddrCookie tag = {.u64 = 7}, other = {.u64 = 8};
    struct helper_request *queued, *delayed, *running;

    setup(NULL);
    running = submit(7);
    ck_assert_ptr_eq(helper_queue_start(&queue), running);
    queued = submit(7);
    submit(9);
    delayed = delay(7, 100);
    ck_assert_ptr_null(helper_queue_cancel(&queue, &other));
    ck_assert_ptr_eq(helper_queue_cancel(&queue, &tag), queued);
    ck_assert_ptr_eq(helper_queue_cancel(&queue, &tag), delayed);
    ck_assert_ptr_null(helper_queue_cancel(&queue, &tag));
    ck_assert(helper_queue_runs(&queue, tag));
    ck_assert(!helper_queue_due(&queue, delayed, 200));
    helper_queue_release(&queue, queued);
    helper_queue_release(&queue, delayed);
    helper_queue_release(&queue, running);
    ck_assert(!helper_queue_runs(&queue, tag));
    ck_assert_uint_eq(queue.waiting, 1);
    ck_assert_ptr_nonnull(helper_queue_cancel(&queue, NULL));
}
END_TEST

static vmk_Bool same_parity(vmk_AddrCookie a, vmk_AddrCookie b)
{
    return a.u64 % 2 == b.u64 % 2;
}

START_TEST(tags_compared_by_the_user)
{
    vmk_AddrCookie odd = {.u64 = 1};

    setup(same_parity);
    submit(4);
    ck_assert_ptr_null(helper_queue_cancel(&queue, &odd));
    submit(5);
    ck_assert_ptr_nonnull(helper_queue_cancel(&queue, &odd));
}
END_TEST

START_TEST(settled_when_all_before_have_ended)
{
    struct helper_request *first, *second;
    vmk_uint64 mark;

    setup(NULL);
    ck_assert(helper_queue_settled(&queue, 0));
    first = submit(1);
    second = submit(2);
    mark = queue.sequence;
    submit(3);
    delay(4, 1);
    ck_assert(!helper_queue_settled(&queue, mark));
    helper_queue_start(&queue);
    helper_queue_start(&queue);
    helper_queue_release(&queue, second);
    ck_assert(!helper_queue_settled(&queue, mark));
    helper_queue_release(&queue, first);
    ck_assert(helper_queue_settled(&queue, mark));
    ck_assert(!helper_queue_settled(&queue, queue.sequence));
}
END_TEST

START_TEST(none_is_lost)
{
    vmk_uint64 now = 0, ended = 0, begun = 0;

    setup(NULL);
    srand(4);
    for (unsigned step = 0; step < 100000; step++, now++) {
        struct helper_request *request = &requests[rand() % COUNT];
        vmk_AddrCookie tag = {.u64 = (vmk_uint64)rand() % 4};

        switch (rand() % 5) {
        case 0:
            request = helper_queue_take(&queue);
            if (request != NULL) {
                begun++;
                request->tag = tag;
                if (rand() % 2 == 0) {
                    helper_queue_submit(&queue, request);
                } else {
                    helper_queue_delay(&queue, request, now + (vmk_uint64)rand() % 20);
                }
            }
            break;
        case 1:
            helper_queue_due(&queue, request, now);
            break;
        case 2:
            helper_queue_start(&queue);
            break;
        case 3:
            if (request->state == HELPER_RUNNING) {
                helper_queue_release(&queue, request);
                ended++;
            }
            break;
        default:
            request = helper_queue_cancel(&queue, &tag);
            if (request != NULL) {
                helper_queue_release(&queue, request);
                ended++;
            }
        }
    }
    for (unsigned i = 0; i < COUNT; i++) {
        begun -= requests[i].state != HELPER_FREE;
    }
    ck_assert_uint_eq(begun, ended);
}
END_TEST

RUN_TESTS(runs_in_order, runs_out, delayed_waits_for_its_time, cancel_by_tag, tags_compared_by_the_user,
          settled_when_all_before_have_ended, none_is_lost)
