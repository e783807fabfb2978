/* actor.c: an account that only its own task touches: others send it commands, and wait for answers. */
#include <stdio.h>

#include <edo.h>

typedef struct command {
    int amount;                /* to add; less than nothing: to take */
    edo_oneshot_sender *reply; /* for the new balance, or -ERANGE */
} command;

/* For commands that nobody received: whoever waits for the answer learns that none will come. */
static void command_destroy(void *item)
{
    edo_oneshot_sender_free(((command *)item)->reply);
}

/* The actor. It ends when the last sender is gone and all commands are done. */
static int account(void *commands)
{
    command c;
    int balance = 0, done = 0, rc;

    for (; (rc = edo_mpsc_recv(commands, &c)) == 1; done++) {
        int answer = balance + c.amount < 0 ? -ERANGE : balance + c.amount;
        if (edo_oneshot_send(c.reply, &answer) == 0 && answer >= 0)
            balance = answer; /* who left before the answer has changed nothing */
    }
    edo_mpsc_receiver_free(commands);
    printf("%d commands, and %d at the end\n", done, balance);
    return rc;
}

/* Sends a command and waits for the answer: the new balance, or a negative error. */
static int ask(edo_mpsc_sender *to, int amount)
{
    command c = {.amount = amount};
    edo_oneshot_receiver *reply;
    int answer = 0, rc = edo_oneshot_new(EDO_ITEM(int), &c.reply, &reply);

    if (rc < 0)
        return rc;
    if ((rc = edo_mpsc_send(to, &c)) < 0)
        command_destroy(&c); /* it is still ours */
    else if ((rc = edo_oneshot_recv(reply, &answer)) == 0)
        rc = -EPIPE; /* the actor ended without an answer */
    edo_oneshot_receiver_free(reply);
    return rc < 0 ? rc : answer;
}

static int save(void *to)
{
    int rc = 0;

    for (int i = 0; i < 10 && rc >= 0; i++)
        rc = ask(to, 5);
    return rc < 0 ? rc : 0;
}

/* What went wrong first, if anything: before, or in a task. */
static int join(int rc, edo_task task)
{
    int result = 0, joined = edo_join(task, &result);

    return rc < 0 ? rc : joined < 0 ? joined : result;
}

static int use_account(edo_mpsc_sender *to)
{
    edo_task customers[3];
    int rc = 0, count = 0;

    while (count < 3 && (rc = edo_spawn(save, to, &customers[count])) == 0)
        count++;
    while (count > 0)
        rc = join(rc, customers[--count]);
    if (rc == 0)
        printf("taking a thousand: %s\n", edo_err_name(ask(to, -1000)));
    if (rc == 0 && (rc = ask(to, -30)) >= 0)
        printf("taking thirty: %d are left\n", rc);
    edo_mpsc_sender_free(to); /* the last one: the actor ends */
    return rc;
}

static int app(int argc, char **argv)
{
    edo_mpsc_sender *to = NULL;
    edo_mpsc_receiver *commands = NULL;
    edo_task actor;
    int rc = edo_mpsc_new(EDO_ITEM(command, .destroy = command_destroy), 8, &to, &commands);

    (void)argc, (void)argv;
    if (rc == 0 && (rc = edo_spawn(account, commands, &actor)) == 0)
        return join(use_account(to), actor);
    edo_mpsc_receiver_free(commands);
    edo_mpsc_sender_free(to);
    return rc;
}

EDO_MAIN(app);
