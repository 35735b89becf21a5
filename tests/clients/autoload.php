<?php

// What composer's autoloader does of composer.json.
spl_autoload_register(static function (string $class): void {
    if (str_starts_with($class, 'SmartShelf\\')) {
        require __DIR__ . '/../../recsys/client/php/src/' . strtr(substr($class, strlen('SmartShelf\\')), '\\', '/') . '.php';
    }
});
