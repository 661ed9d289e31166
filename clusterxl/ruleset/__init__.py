"""What must hold in a return: rules, their language and their compilers."""
