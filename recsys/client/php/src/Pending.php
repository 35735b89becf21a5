<?php

declare(strict_types=1);

namespace SmartShelf;

/** A request under way, of Client::send. */
final class Pending
{
    /** @param \Closure(): Answer $wait */
    public function __construct(private readonly \Closure $wait)
    {
    }

    /** Waits until its time is over at most, counted from when it was sent. */
    public function answer(): Answer
    {
        return ($this->wait)();
    }
}
