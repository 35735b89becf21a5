<?php

declare(strict_types=1);

namespace SmartShelf;

/** Bytes that are no reply, or a reply that is not of the shape its method has. */
final class BadReply extends \RuntimeException
{
}
